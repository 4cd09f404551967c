export { discardInstall, ensurePackageInstalled } from './install.ts'
export { fingerprintOf, PACKAGE_LABEL, PACKAGE_MOUNT } from './names.ts'
export { programCommand } from './program.ts'
export { resolvePackage } from './resolve.ts'
