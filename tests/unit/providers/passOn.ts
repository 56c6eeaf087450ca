import { connect, type Socket } from "node:net";

/** Hands what comes by a connection to a port of this machine, and back. @returns the connection to there */
export function passOn(socket: Socket, port: number): Socket {
  const onward = connect(port, "127.0.0.1");
  onward.on("error", () => undefined);
  socket
    .on("error", () => undefined)
    .pipe(onward)
    .pipe(socket);
  return onward;
}
