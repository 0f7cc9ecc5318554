// Loaded into a daemon that is looked into (node --expose-gc --import). Answers `memory` with its memory after a collection,
// `watch` once it watches its event loop, and `stall` with the longest stall since then (ms): as time, which has in it what
// other programs took of the cores, and as CPU time of the thread between two turns of a timer, which is our own making.
import { monitorEventLoopDelay } from 'node:perf_hooks';

const resolutionMs = 1;
const delays = monitorEventLoopDelay({ resolution: resolutionMs });
let longestCpuMs = 0;
let sampling;

/** Every other millisecond; a piece of work that takes longer shows as a longer step. */
function sampleCpu() {
  let before = cpuMs();
  longestCpuMs = 0;
  return setInterval(() => {
    const now = cpuMs();
    longestCpuMs = Math.max(longestCpuMs, now - before);
    before = now;
  }, resolutionMs);
}

function cpuMs() {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e3;
}

const answers = {
  memory() {
    globalThis.gc();
    globalThis.gc();
    const { heapUsed, rss, external } = process.memoryUsage();
    return { heapUsed, rss, external };
  },
  watch() {
    delays.reset();
    delays.enable();
    sampling = sampleCpu();
    return {};
  },
  stall() {
    delays.disable();
    clearInterval(sampling);
    // A timer is late by its own resolution when nothing is in the way.
    return { timeMs: Math.max(0, delays.max / 1e6 - resolutionMs), cpuMs: longestCpuMs };
  },
};

process.on('message', (asked) => process.send(answers[asked]()));
// The daemon ends when it would end without us.
process.channel.unref();
