// Loaded into a daemon whose heap is measured (node --expose-gc --import): answers each message with its memory.
process.on('message', () => {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss, external } = process.memoryUsage();
  process.send({ heapUsed, rss, external });
});
// The daemon ends when it would end without us.
process.channel.unref();
