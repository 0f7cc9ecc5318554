import type { Answered, Delivery } from '@holdfast/bridge';

export const replayed = { 'idempotent-replayed': 'true' } as const;

/** The answer of a request that made something: what it made is undone when the answer cannot be written. */
export async function delivered<const Status extends number, Answer>(
  status: Status,
  delivery: Promise<Delivery<Answer>>,
) {
  const made = await delivery;
  return {
    status,
    body: made.answer,
    headers: made.isReplayed ? replayed : {},
    lost: () => void made.abandon(),
  };
}

/** An answer that stands whether or not it arrives. */
export async function answered<const Status extends number, Answer>(
  status: Status,
  answer: Promise<Answered<Answer>>,
) {
  const { answer: body, isReplayed } = await answer;
  return { status, body, headers: isReplayed ? replayed : {} };
}
