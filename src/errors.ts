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

/** An error that says what was found, where, what was expected and what to do. */
export class VggpuError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'VggpuError';
    this.code = code;
  }
}
