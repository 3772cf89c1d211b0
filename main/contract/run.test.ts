import { expect, it } from 'vitest';
import { sampleInfo } from '../traces/testing/sample-run';
import { runInfoSchema } from './run';

it('reads the description of a run recorded before models were imported', () => {
  const { chat: _chat, ...request } = sampleInfo.request;
  const { rendered: _rendered, ...check } = sampleInfo.check;
  const {
    architecture: _architecture,
    dtype: _dtype,
    maximumPositions: _maximum,
    chat: _template,
    bytes: _bytes,
    ...model
  } = sampleInfo.model;
  expect(runInfoSchema.parse({ ...sampleInfo, request, check, model })).toEqual(sampleInfo);
});
