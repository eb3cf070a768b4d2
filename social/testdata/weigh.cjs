'use strict'
// Reads a JSON list of texts and prints what X's own library says that each weighs.
const { parseTweet } = require('twitter-text').default ?? require('twitter-text')
let input = ''
process.stdin.on('data', (part) => { input += part }).on('end', () => {
  process.stdout.write(JSON.stringify(JSON.parse(input).map((text) => parseTweet(text).weightedLength)))
})
