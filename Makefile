# What can be done here. The server needs Go and a C compiler; tests and the stylesheet need more, which `make test`
# installs where it may.

TAGS := netgo,osusergo,sqlite_omit_load_extension,timetzdata
VERSION ?= dev
TOOL := go tool -modfile=tools/go.mod

.PHONY: build run test audit generate format check-vulnerabilities

# One static program, bin/tillbird.
build:
	CGO_ENABLED=1 go build -trimpath -tags $(TAGS) -ldflags '-s -w -linkmode external -extldflags -static -X main.version=$(VERSION)' -o bin/tillbird ./cmd/tillbird

# The sandbox with its demo world, on this machine.
run:
	go run ./cmd/tillbird

# Everything that must hold, on SQLite and PostgreSQL, with a browser.
test:
	bash tools/test.sh

# Every page in each language, theme, width and state through the accessibility checks; takes long.
audit:
	bash tools/test.sh audit

# What is committed but made: templates and the stylesheet.
generate:
	bash tools/test.sh generate

format:
	$(TOOL) templ fmt views
	git ls-files --cached --others --exclude-standard '*.go' | grep -v _templ.go | xargs $(TOOL) gofumpt -w

check-vulnerabilities:
	$(TOOL) govulncheck ./...
