/** Type of the data dragged when a lane is moved: a lane dropped elsewhere, or a file dropped here, is something else. */
export const laneDragType = 'application/x-interlinear-lane';
