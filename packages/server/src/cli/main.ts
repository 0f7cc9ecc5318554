#!/usr/bin/env node
// No static imports: on a Node that is too old the message below must come before anything it cannot read.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `holdfast: Node ${process.versions.node} is too old: install Node 22.18 or later, then run it again\n`,
  );
  process.exitCode = 1;
} else {
  const { keepCompiledCode } = await import('./compile-cache.ts');
  keepCompiledCode(process.env);
  const { runCommandLine } = await import('./run-command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
}

export {};
