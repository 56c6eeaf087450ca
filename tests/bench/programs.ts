/** Node programs that run inside namespaces, each told its part by arguments. */

/** Swallows what one TCP connection after the other brings, and answers with the count of bytes. */
export const tcpSink = `
  require("node:net").createServer({ allowHalfOpen: true }, (socket) => {
    let bytes = 0;
    socket.on("data", (data) => (bytes += data.length)).on("end", () => socket.end(String(bytes)));
  }).listen(5001);
`;

/** Sends zeros for some milliseconds. Arguments: address, milliseconds. Prints bytes that arrived and seconds until they had. */
export const tcpSource = `
  const [host, milliseconds] = process.argv.slice(1);
  const socket = require("node:net").connect({ host, port: 5001 });
  const chunk = Buffer.alloc(1 << 18);
  socket.on("connect", () => {
    const begin = performance.now();
    const send = () => {
      while (performance.now() - begin < Number(milliseconds)) if (!socket.write(chunk)) return;
      socket.end();
    };
    socket.on("drain", send);
    let answer = "";
    socket.on("data", (data) => (answer += data));
    socket.on("end", () => console.log(JSON.stringify({ bytes: Number(answer), seconds: (performance.now() - begin) / 1000 })));
    send();
  });
`;
