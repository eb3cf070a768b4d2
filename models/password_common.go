package models

import (
	_ "embed"
	"strings"
)

//go:embed common_passwords.txt
var commonPasswordList string

// commonPasswords are those that people choose most, of ten characters or more: the first ones anybody tries.
var commonPasswords = func() map[string]bool {
	known := map[string]bool{}
	for line := range strings.Lines(commonPasswordList) {
		known[strings.TrimSpace(line)] = true
	}
	return known
}()
