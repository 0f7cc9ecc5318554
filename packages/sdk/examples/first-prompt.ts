import { agentText, HoldfastClient, isEvent } from '@holdfast/sdk';

const client = new HoldfastClient({
  baseUrl: process.env['HOLDFAST_URL'] ?? 'http://127.0.0.1:4170',
  token: process.env['HOLDFAST_TOKEN'],
});
const session = await client.createSession({ sessionScope: 'thread' });

for await (const event of session.run('Say hello.')) {
  process.stdout.write(agentText(event));
  if (isEvent(event, 'permission_request')) {
    const { requestId, toolCall, options } = event.data;
    const once = options.find(({ kind }) => kind === 'allow_once');
    console.log(`\n[allowing once: ${toolCall['title']}]`);
    if (once) await session.vote(requestId, { outcome: 'selected', optionId: once.optionId });
    else await session.vote(requestId, { outcome: 'cancelled' });
  }
  if (isEvent(event, 'turn_complete')) console.log(`\n[${event.data.stopReason}]`);
  if (isEvent(event, 'turn_error')) console.error(`\n[failed: ${event.data.message}]`);
}

await session.close();
