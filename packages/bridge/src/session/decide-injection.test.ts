import { describe, it } from 'vitest';
import { given } from '../testing/given.ts';
import { c, prompt } from '../testing/samples.ts';

const idle = [c.create()];
const running = [...idle, c.prompt('p1'), c.advance];
const queued = [...running, c.prompt('p2')];
const admitted = [...running, c.inject('i1')];
const sent = [...admitted, c.advance];
const joined = [...sent, c.injection('i1')];

describe('a prompt that is to join the running turn', () => {
  it('is accepted without a word to readers, and handed over once its answer left', () => {
    given(...queued)
      .when(c.inject('i1'))
      .yields(['(prompt_admitted i1 inject ann)']);
    given(...admitted)
      .holding(prompt('i1'))
      .when(c.advance)
      .yields([]);
    given(...admitted)
      .when(c.advance)
      .yields(['(injection_sent i1)'], ['send_injection i1']);
  });

  it('is handed over once, and none before one that was accepted earlier', () => {
    given(...sent)
      .when(c.advance)
      .yields([]);
    given(...admitted, c.inject('i2'))
      .holding(prompt('i1'))
      .when(c.advance)
      .yields([]);
    given(...admitted, c.inject('i2'))
      .holding(prompt('i2'))
      .when(c.advance)
      .yields(['(injection_sent i1)'], ['send_injection i1']);
  });

  it('is shown as what the user said once the agent took it', () => {
    given(...sent)
      .when(c.injection('i1'))
      .yields(['(prompt_injected i1)', 'session_update user_message_chunk text of i1']);
  });

  it('ends with the turn, as that ends, and before it', () => {
    given(...joined)
      .when(c.answered('p1', 'max_tokens'))
      .yields(['turn_complete i1 max_tokens', 'turn_complete p1 max_tokens'], ['advance']);
    given(...joined)
      .when(c.failed('p1'))
      .yields(['turn_error i1 agent_error', 'turn_error p1 agent_error'], ['advance']);
    given(...joined)
      .when(c.gone())
      .yields(
        ['turn_error i1 agent_exited', 'turn_error p1 agent_exited', 'agent_exited'],
        ['release_agent'],
      );
    given(...joined, c.steer('s1'))
      .when(c.answered('p1'))
      .yields(['turn_complete i1 cancelled', 'turn_complete p1 cancelled'], ['advance']);
  });

  it('ends with the turn also while the agent has not said whether it took it', () => {
    given(...sent)
      .when(c.gone())
      .yields(
        ['turn_error i1 agent_exited', 'turn_error p1 agent_exited', 'agent_exited'],
        ['release_agent', 'advance'],
      );
    given(...sent)
      .when(c.recover)
      .yields(['turn_error i1 interrupted', 'turn_error p1 interrupted', '(stranded daemon_restart)']);
    given(...sent)
      .when(c.close)
      .yields(
        [
          'prompt_cancelled p1',
          '(turn_ending p1 cancelled)',
          'turn_complete i1 cancelled',
          'turn_complete p1 cancelled',
          'session_closed client_close',
        ],
        ['close_agent'],
      );
    given(...sent, c.cancel, c.graceOver('p1'))
      .when(c.injection('i1'))
      .yields([]);
  });

  it('waits in sight when the agent refuses it, in the order of admission', () => {
    given(...queued, c.inject('i1'), c.prompt('p3'), c.advance)
      .when(c.injection('i1', 'refused'))
      .yields(['pending_prompt_added i1 queued'], ['advance']);
    const refused = given(...sent, c.prompt('p3'), c.injection('i1', 'refused'), c.answered('p1'));
    refused
      .when(c.advance)
      .yields(
        [
          '(prompt_started i1)',
          'pending_prompt_started i1 running',
          'session_update user_message_chunk text of i1',
        ],
        ['send_prompt i1'],
      );
  });

  it('waits in sight, and runs, when the turn ended before it was handed over', () => {
    given(...admitted, c.answered('p1'))
      .holding(prompt('i1'))
      .when(c.advance)
      .yields(['pending_prompt_added i1 queued']);
    given(...admitted, c.answered('p1'))
      .when(c.advance)
      .yields(
        [
          'pending_prompt_added i1 queued',
          '(prompt_started i1)',
          'pending_prompt_started i1 running',
          'session_update user_message_chunk text of i1',
        ],
        ['send_prompt i1'],
      );
  });

  it('is not handed to a turn that is stopping, nor lost with an agent that died', () => {
    given(...admitted, c.cancel)
      .when(c.advance)
      .yields(['pending_prompt_added i1 queued']);
    given(...admitted, c.gone())
      .when(c.advance)
      .yields(['pending_prompt_added i1 queued', '(opening_started continue)'], ['open_agent']);
    given(...admitted, c.interrupt)
      .when(c.advance)
      .yields(['pending_prompt_added i1 queued', '(opening_started continue)'], ['open_agent']);
  });

  it('is not run a second time when the agent never said whether it took it', () => {
    given(...sent)
      .when(c.injection('i1', 'unknown'))
      .yields(['turn_error i1 agent_error'], ['advance']);
  });

  it('hears nothing of an answer that comes too late, or from an earlier agent session', () => {
    given(...joined)
      .when(c.injection('i1', 'refused'))
      .yields([]);
    given(...sent)
      .when(c.injection('i1', 'taken', 0))
      .yields([]);
  });

  it('is late by itself: the turn it joined goes on', () => {
    const timed = [...running, c.inject('i1', { deadlineMs: 1 }), c.advance];
    given(...timed, c.injection('i1'))
      .when(c.deadline('i1'))
      .yields(['turn_error i1 prompt_deadline_exceeded']);
    given(...timed, c.injection('i1'), c.deadline('i1'))
      .when(c.answered('p1'))
      .yields(['turn_complete p1 end_turn'], ['advance']);
    given(...timed)
      .when(c.deadline('i1'))
      .yields(['turn_error i1 prompt_deadline_exceeded'], ['advance']);
    given(...timed, c.deadline('i1'))
      .when(c.injection('i1'))
      .yields([]);
  });

  it('is a plain prompt where no turn runs', () => {
    given(...idle)
      .when(c.inject('i1'))
      .yields(['(prompt_admitted i1 ann)']);
    given(...running, c.cancel)
      .when(c.inject('i1'))
      .yields(['(prompt_admitted i1 ann)', 'pending_prompt_added i1 queued']);
  });

  it('is not taken back once the agent has it', () => {
    given(...sent)
      .when({ kind: 'remove', promptId: prompt('i1') })
      .yields([]);
    given(...admitted)
      .when({ kind: 'remove', promptId: prompt('i1') })
      .yields(['turn_complete i1 cancelled'], ['advance']);
  });
});
