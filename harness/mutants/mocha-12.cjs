// Stryker 9 requires parts of mocha by names without an ending, and mocha 12 gave them the ending `.cjs`. Stryker 10,
// which needs Node 22, does without this file.
require.extensions['.cjs'] ??= require.extensions['.js']
