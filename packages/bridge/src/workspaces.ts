import { DaemonError } from '@holdfast/protocol';
import { directoryAt, shortHash } from './runtime/directory.ts';

/** A root that sessions may work in. */
export interface Workspace {
  /** Stable for the path. */
  readonly id: string;
  /** Canonical. */
  readonly cwd: string;
  readonly isPrimary: boolean;
}

export interface Workspaces {
  readonly roots: readonly Workspace[];
  /** Resolves a cwd (absent: the first root) to its canonical self and the deepest root that contains it.
   * @throws invalid_cwd, workspace_mismatch */
  locate(cwd: string | undefined): Promise<{ readonly cwd: string; readonly workspace: string }>;
  byId(id: string): Workspace | undefined;
}

/** Canonicalises the roots once. @throws invalid_option for one that is no directory */
export async function openWorkspaces(paths: readonly string[]): Promise<Workspaces> {
  const roots = await Promise.all(
    paths.map(async (path, position): Promise<Workspace> => {
      const found = await directoryAt(path);
      if (found.kind === 'directory')
        return { id: `ws_${shortHash(found.path)}`, cwd: found.path, isPrimary: position === 0 };
      throw new DaemonError(
        'invalid_option',
        `workspace "${path}" ${found.problem}; name an existing directory`,
      );
    }),
  );
  const [primary] = roots;
  if (primary === undefined)
    throw new DaemonError('invalid_option', 'at least one workspace is needed; got none');
  const deepestFirst = [...roots].sort((a, b) => b.cwd.length - a.cwd.length);

  return {
    roots,
    byId: (id) => roots.find((root) => root.id === id),
    async locate(cwd) {
      if (cwd === undefined) return { cwd: primary.cwd, workspace: primary.cwd };
      if (!cwd.startsWith('/') && !/^[A-Za-z]:[\\/]/.test(cwd)) {
        throw new DaemonError('invalid_cwd', `cwd must be an absolute path; got "${cwd}"`, { cwd });
      }
      const found = await directoryAt(cwd);
      if (found.kind === 'problem') {
        throw new DaemonError('invalid_cwd', `cwd "${cwd}" ${found.problem}; name an existing directory`, {
          cwd,
        });
      }
      const root = deepestFirst.find((candidate) => isWithin(found.path, candidate.cwd));
      if (root !== undefined) return { cwd: found.path, workspace: root.cwd };
      const known = roots.map((candidate) => candidate.cwd);
      throw new DaemonError(
        'workspace_mismatch',
        `"${cwd}" lies outside the workspaces ${known.join(', ')}; start the daemon with --workspace for it`,
        { requestedWorkspace: found.path, workspaces: known, boundWorkspace: primary.cwd },
      );
    },
  };
}

const isWithin = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
