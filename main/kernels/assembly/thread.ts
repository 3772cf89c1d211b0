/** Which of the threads runs this copy of the module: 0 is the one that asks for jobs. */
export let thread: i32 = 0;

export function become(number: i32): void {
  thread = number;
}
