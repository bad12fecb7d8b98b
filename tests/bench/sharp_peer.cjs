// The peer's side of the bench: reads one JSON line a round, answers with one: {"seconds": ..., "version": ...}.
// libvips runs one thread an image and two images are in flight, as two workers on two cores.
const sharp = require("sharp");
const path = require("path");
const readline = require("readline");

sharp.concurrency(1);
sharp.cache(false);

async function one(file, out, round) {
  await sharp(file)
    .autoOrient()
    .resize(round.width, round.height, { fit: "inside", withoutEnlargement: true })
    .keepMetadata()
    .jpeg({ quality: round.quality })
    .toFile(path.join(out, path.parse(file).name + ".jpg"));
}

async function run(round) {
  const waiting = round.files.slice().reverse();
  const begun = process.hrtime.bigint();
  const lane = async () => {
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) await one(file, round.out, round);
  };
  await Promise.all(Array.from({ length: round.flight }, lane));
  return Number(process.hrtime.bigint() - begun) / 1e9;
}

const lines = readline.createInterface({ input: process.stdin });
(async () => {
  for await (const line of lines) {
    const seconds = await run(JSON.parse(line));
    const versions = `sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips})`;
    process.stdout.write(JSON.stringify({ seconds, versions }) + "\n");
  }
})();
