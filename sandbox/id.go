package sandbox

import "crypto/rand"

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// random is n letters and digits that nobody can guess.
func random(n int) string {
	text := make([]byte, 0, n)
	pool := make([]byte, n+n/2)
	for len(text) < n {
		rand.Read(pool)
		for _, b := range pool {
			// 248 is the largest multiple of 62 below 256, so that every letter is equally likely.
			if b < 248 && len(text) < n {
				text = append(text, alphabet[b%62])
			}
		}
	}
	return string(text)
}

func newID(prefix string) string { return prefix + "_" + random(24) }
