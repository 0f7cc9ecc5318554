import type { Envelope } from '@holdfast/sdk';

/** The frames of recorded events in what a stream sent so far, byte for byte; a last, incomplete one is left out. */
export function recordedFrames(text: string): readonly string[] {
  const blocks = text.split('\n\n');
  blocks.pop();
  return blocks.filter((block) => /^id: ?\d/m.test(block));
}

/** The event in a frame. */
export function envelopeOf(frame: string): Envelope {
  const line = frame.split('\n').find((candidate) => candidate.startsWith('data:')) ?? '';
  // The daemon under test promises this shape.
  return JSON.parse(line.slice('data:'.length)) as Envelope;
}

/** The terminals of a prompt. */
export const terminalsOf = (events: readonly Envelope[], promptId: string): readonly Envelope[] =>
  events.filter(
    ({ type, data }) =>
      (type === 'turn_complete' || type === 'turn_error') &&
      typeof data === 'object' &&
      data !== null &&
      'promptId' in data &&
      data.promptId === promptId,
  );
