/**
 * HTTP of Node. An `import` of `node:http` reads every name that the module exports, and behind the
 * name `WebSocket` Node loads TLS, HTTP/2 and `fetch`: 40 ms of each command. Asked for like this,
 * the module alone is loaded.
 */
export const http = process.getBuiltinModule('node:http')
