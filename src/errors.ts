// The one error class of this project: its message is written for the person at the keyboard.

/** What kind of thing went wrong, for callers that tell them apart. */
export type ErrorCode =
  | 'usage' // a wrong option or argument
  | 'device' // no adapter, lost device, a validation error
  | 'memory' // more was asked for than the device has
  | 'kernel' // a kernel was called with shapes it does not take
  | 'shape' // tensors that do not fit each other
  | 'weights' // a weights file that is missing, broken or of another network
  | 'pictures' // a folder or picture that cannot be used
  | 'output' // something that cannot be written
  | 'training' // a training run that cannot go on
  | 'interrupted'; // a run that was asked to stop and can be resumed

/** What may be wrong where a network gives what is no number, and what to do. @param float16 whether layers ran in it */
export function whyNoNumber(float16: boolean): string {
  if (!float16) return 'the weights are damaged';
  return 'float16 overflowed (it ends at 65504), or the weights are damaged; use --precision f32';
}

/** An error that says what was found, where, what was expected and what to do. */
export class VggpuError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VggpuError';
    this.code = code;
  }
}
