package models

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// sealer encrypts what must not be read from a stolen database. The first key seals, every key opens.
type sealer struct {
	keys []sealingKey
	hash []byte
}

type sealingKey struct {
	id   string
	aead tink.AEAD
}

var errSecretKey = errors.New("TILLBIRD_SECRET_KEY must be at least 32 characters; make one with: openssl rand -hex 32")

func newSealer(setting string) (*sealer, error) {
	s := &sealer{}
	for _, text := range strings.Split(setting, ",") {
		text = strings.TrimSpace(text)
		if len(text) < 32 {
			return nil, errSecretKey
		}
		key, err := hkdf.Key(sha256.New, []byte(text), nil, "tillbird seal", 32)
		if err != nil {
			return nil, err
		}
		aead, err := subtle.NewXChaCha20Poly1305(key)
		if err != nil {
			return nil, err
		}
		id := sha256.Sum256(key)
		s.keys = append(s.keys, sealingKey{id: hex.EncodeToString(id[:4]), aead: aead})
		// Hashes of tokens must outlive a change of keys, so the last (oldest) key makes them.
		if s.hash, err = hkdf.Key(sha256.New, []byte(text), nil, "tillbird hash", 32); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// seal encrypts text for one place: table, column and row are authenticated, so a sealed value cannot be moved.
func (s *sealer) seal(text, table, column, row string) (string, error) {
	box, err := s.keys[0].aead.Encrypt([]byte(text), place(table, column, row))
	if err != nil {
		return "", err
	}
	return s.keys[0].id + ":" + base64.RawURLEncoding.EncodeToString(box), nil
}

func (s *sealer) open(sealed, table, column, row string) (string, error) {
	id, body, _ := strings.Cut(sealed, ":")
	box, err := base64.RawURLEncoding.DecodeString(body)
	if err != nil {
		return "", fmt.Errorf("sealed value: %w", err)
	}
	for _, key := range s.keys {
		if key.id == id {
			text, err := key.aead.Decrypt(box, place(table, column, row))
			return string(text), err
		}
	}
	return "", errors.New("sealed with a key that is not in TILLBIRD_SECRET_KEY any more")
}

// place joins its fields with their lengths, so that no two places read alike.
func place(fields ...string) []byte {
	var out []byte
	for _, field := range fields {
		out = binary.AppendUvarint(out, uint64(len(field)))
		out = append(out, field...)
	}
	return out
}

// digest is what the database keeps of a secret that people hold.
func (s *sealer) digest(purpose, secret string) string {
	mac := hmac.New(sha256.New, s.hash)
	mac.Write(place(purpose, secret))
	return hex.EncodeToString(mac.Sum(nil))
}

// letters is digest as n letters that people can read aloud: a name that always follows from its secret.
func (s *sealer) letters(purpose, secret string, n int) string {
	return s.spelled(slugLetters, purpose, secret, n)
}

func (s *sealer) spelled(alphabet, purpose, secret string, n int) string {
	mac := hmac.New(sha256.New, s.hash)
	mac.Write(place(purpose, secret))
	raw := mac.Sum(nil)[:n]
	for i, b := range raw {
		raw[i] = alphabet[b&31]
	}
	return string(raw)
}

const slugLetters = "abcdefghjkmnpqrstuvwxyz023456789"

// newSlug is a random public name of 80 bits that people can read aloud.
func newSlug() string { return randomLetters(16) }

// newSecret is a random bearer secret of 160 bits.
func newSecret() string { return randomLetters(32) }

// randomLetters gives n letters of five random bits each.
func randomLetters(n int) string { return randomFrom(slugLetters, n) }

// randomFrom gives n of an alphabet's 32 letters.
func randomFrom(alphabet string, n int) string {
	raw := make([]byte, n)
	_, _ = rand.Read(raw)
	for i, b := range raw {
		raw[i] = alphabet[b&31]
	}
	return string(raw)
}

// sameDigest compares two digests in a time that tells nothing of where they differ.
func sameDigest(a, b string) bool { return hmac.Equal([]byte(a), []byte(b)) }

func newID() string { return uuid.Must(uuid.NewV7()).String() }
