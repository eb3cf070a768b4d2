package models

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed common_passwords.txt
var commonPasswordList string

// commonPasswords are those that people choose most, of ten characters or more: the first ones anybody tries. They
// are read when somebody first chooses a password: a start has no use for them.
var commonPasswords = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for line := range strings.Lines(commonPasswordList) {
		known[strings.TrimSpace(line)] = true
	}
	return known
})
