/** Node programs that run inside the scenario's namespaces, each told its part by an argument. */

/** Answers are its own and say whom they are from: two consumers' destinations have the same address. */
export const echoServer = `
  const socket = require("node:dgram").createSocket("udp4");
  socket.on("message", (_, { address, port }) => socket.send(process.argv[1], port, address)).bind(7);
`;

/** Sends packets one after the other's answer. The argument is JSON. */
export const client = `
  const { count, sourcePort, port, size, patience } = JSON.parse(process.argv[1]);
  const socket = require("node:dgram").createSocket("udp4");
  const outcomes = [];
  let timer;
  const next = (outcome) => {
    clearTimeout(timer);
    if (outcome !== undefined) outcomes.push(outcome);
    if (outcomes.length === count) { console.log(JSON.stringify(outcomes)); process.exit(0); }
    timer = setTimeout(next, patience, "silence");
    socket.send(Buffer.alloc(size - 28));
  };
  socket.on("message", (answer) => next(String(answer))).on("error", (error) => next(error.code));
  socket.bind(sourcePort, () => socket.connect(port, "10.9.2.10", () => next()));
`;

/**
 * A target that does not send back what it got. Which header it spoils, from where it answers, or that it sends back the
 * packet before ("late") is its argument.
 */
export const rogueTarget = `
  const [how] = process.argv.slice(1);
  const dgram = require("node:dgram");
  const socket = dgram.createSocket("udp4");
  let before;
  socket.on("message", (packet, { address, port }) => {
    if (how === "late") {
      const now = { packet, port };
      if (before === undefined) return void (before = now);
      ({ packet, port } = before);
      before = now;
    }
    if (how === "cookie") packet[36] ^= 1;
    if (how === "endpoint") packet.write("2222222222222222", 12, "hex");
    if (how === "truncated") packet = packet.subarray(0, 20);
    if (how === "inner") packet = packet.subarray(0, 50);
    const answer = dgram.createSocket("udp4");
    const from = how === "stranger" ? "10.1.1.99" : "10.1.1.10";
    answer.bind(how === "port" ? 1024 : port, from, () =>
      answer.send(packet, 6081, how === "gateway" ? "10.1.2.5" : address, () => answer.close()));
  }).bind(6081, "10.1.1.10");
`;

export const webServer = `
  const answer = (request, response) => response.writeHead(request.url === "/ok" ? 200 : 500).end("from " + process.argv[1]);
  require("node:http").createServer(answer).listen(80);
`;
