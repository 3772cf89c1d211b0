const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = {
  aarch64: 'arm64',
  arm: 'arm',
  arm64: 'arm64',
  armv7: 'arm',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
};
const C_LIBRARIES = { gnu: 'glibc', musl: 'musl' };

/**
 * Optional packages (native parts for other platforms) that a package asks for and the lock file does not have.
 * npm leaves them out where the registry it asked had not got them yet, and then `npm ci` refuses the whole lock file.
 * @returns {{ name: string, version: string, dev: boolean }[]}
 */
export function lockGaps({ packages }) {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages))
      .map(([name, version]) => ({ name, version, dev: entry.dev === true })),
  );
}

/** A lock entry as npm would have written it, but for the hash; the platform is read off the package's name. */
export function entryFor({ name, version, dev }) {
  const words = name.split('/').at(-1).split('-');
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = PROCESSORS[words.find((word) => word in PROCESSORS)];
  if (!system || !processor) throw new Error(`The platform of ${name} cannot be read off its name; add its entry by hand.`);
  const library = system === 'linux' ? C_LIBRARIES[words.find((word) => word in C_LIBRARIES)] : undefined;
  return { version, cpu: [processor], ...(dev && { dev }), ...(library && { libc: [library] }), optional: true, os: [system] };
}
