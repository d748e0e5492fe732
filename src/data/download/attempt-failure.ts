// Why an attempt at a download came to nothing, in words, and whether another one may do better.

/** Ends an attempt; the download goes on with the next attempt or the next address. */
export class AttemptFailure extends Error {
  /** Whether the same address may do better in a while. */
  readonly again: boolean;

  constructor(message: string, again: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AttemptFailure';
    this.again = again;
  }
}

/** What the codes of the network's errors mean, and whether to try again. */
const NETWORK: Record<string, readonly [meaning: string, again: boolean]> = {
  ENOTFOUND: ['the name of its host is not known: check the address and that this machine is online', true],
  EAI_AGAIN: ['the name of its host could not be looked up: check that this machine is online', true],
  ECONNREFUSED: ['its host refuses connections', true],
  ENETUNREACH: ['the network cannot be reached: check that this machine is online', true],
  EHOSTUNREACH: ['its host cannot be reached', true],
  ECONNRESET: ['the connection was cut off', true],
  EPIPE: ['the connection was cut off', true],
  UND_ERR_SOCKET: ['the connection was cut off', true],
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: ['the connection was cut off', true],
  UND_ERR_ABORTED: ['the connection was cut off', true],
  ETIMEDOUT: ['its host did not answer in time', true],
  UND_ERR_CONNECT_TIMEOUT: ['its host did not answer in time', true],
  UND_ERR_HEADERS_TIMEOUT: ['its host did not answer in time', true],
  UND_ERR_BODY_TIMEOUT: ['the connection stalled', true],
};

/** Says what made `fetch`, or reading its body, fail. */
export function networkFailure(error: unknown): AttemptFailure {
  const cause = (error instanceof Error && error.cause instanceof Error ? error.cause : error) as NodeJS.ErrnoException;
  const known = NETWORK[cause.code ?? ''];
  if (known) return new AttemptFailure(known[0], known[1], { cause: error });
  if (/CERT|SIGNATURE|ISSUER/.test(cause.code ?? '')) {
    const hint = "check this machine's clock, and NODE_EXTRA_CA_CERTS where a proxy signs connections anew";
    return new AttemptFailure(`its certificate is not trusted (${cause.code}): ${hint}`, false, { cause: error });
  }
  return new AttemptFailure(`the connection failed (${cause.message})`, true, { cause: error });
}

/** Says what an answer other than the file means. */
export function statusFailure({ status, statusText }: Response): AttemptFailure {
  const answer = `the server answered ${status}${statusText ? ` ${statusText}` : ''}`;
  if (status === 404 || status === 410) return new AttemptFailure(`${answer}: there is no such file there`, false);
  if (status === 401 || status === 403) return new AttemptFailure(`${answer}: it does not hand the file out`, false);
  return new AttemptFailure(answer, status === 408 || status === 429 || status >= 500);
}
