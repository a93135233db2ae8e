import sharp from 'sharp'

for (let k = 0; k < 40; k++) {
  const width = 600 + 97 * (k % 13),
    height = 400 + 61 * (k % 11)
  const noise = await sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  })
    .jpeg()
    .toBuffer()
  await Promise.all([
    sharp(noise).resize(320).webp().toBuffer(),
    sharp(noise).rotate(7).blur(3).png().toBuffer(),
    sharp(noise).resize(1200, 800, { fit: 'cover' }).sharpen().jpeg().toBuffer(),
  ])
}
