import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/schema';
import { Envelope } from '../model/envelope.ts';
import { SessionFileEnd, SessionFileHeader } from '../model/session-file.ts';
import { isRecordedEventType, recordedEvents } from './events.ts';

const validators = new Map<TSchema, Validator>();

/** What is wrong with a recorded event that comes from outside; undefined when nothing is. */
export function faultOfEvent(value: unknown): string | undefined {
  const fault = faultOf(Envelope, value);
  if (fault !== undefined) return fault;
  // The check above says so.
  const { id, type, data } = value as Envelope;
  if (id === undefined || id < 1) return 'id must be 1 or more';
  if (!isRecordedEventType(type)) return `type "${type}" is no recorded event`;
  const within = faultOf(recordedEvents[type], data);
  return within === undefined ? undefined : `data of ${type}: ${within}`;
}

/** What is wrong with the first line of an exported session; undefined when nothing is. */
export const faultOfFileHeader = (value: unknown): string | undefined => faultOf(SessionFileHeader, value);

/** What is wrong with its last line. */
export const faultOfFileEnd = (value: unknown): string | undefined => faultOf(SessionFileEnd, value);

function faultOf(schema: TSchema, value: unknown): string | undefined {
  let validator = validators.get(schema);
  if (validator === undefined) {
    validator = Compile(schema);
    validators.set(schema, validator);
  }
  if (validator.Check(value)) return undefined;
  const [first] = validator.Errors(value)[1];
  return first === undefined ? 'it has another shape' : `${first.instancePath || 'it'} ${first.message}`;
}
