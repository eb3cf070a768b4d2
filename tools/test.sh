#!/usr/bin/env bash
# The tests of the whole project. It installs what they need where it may (Debian, as root), runs every step even when
# one before it failed, and ends with what failed.
#
#   tools/test.sh            everything
#   tools/test.sh audit      the accessibility checks of every page in every language, theme, width and state
#   tools/test.sh generate   makes the templates and the stylesheet, and stops
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# A clone that belongs to somebody else is still the one to test.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
export GOFLAGS="${GOFLAGS:-} -buildvcs=false"
# These would turn the tests' servers into something else than they think they are.
unset TILLBIRD_DATABASE_URL TILLBIRD_TEST_DATABASE_URL STRIPE_SECRET_KEY STRIPE_API_URL TILLBIRD_BASE_URL

tool() { go tool -modfile=tools/go.mod "$@"; }
began=$SECONDS
failed=()

# step runs a command under a title and notes how it went.
step() {
	local title=$1 from=$SECONDS
	shift
	printf '\n=== %s\n' "$title"
	if "$@"; then
		printf -- '--- done: %s (%ds, %ds in all)\n' "$title" $((SECONDS - from)) $((SECONDS - began))
	else
		failed+=("$title")
		printf -- '--- FAILED: %s (%ds, %ds in all)\n' "$title" $((SECONDS - from)) $((SECONDS - began))
	fi
}

# finish tells what failed and leaves.
finish() {
	printf '\n=== %d seconds in all\n' $((SECONDS - began))
	if [ ${#failed[@]} -gt 0 ]; then
		printf 'FAILED: %s\n' "${failed[@]}"
		exit 1
	fi
	echo "All is well."
	exit 0
}

browser() {
	local name
	for name in "${TILLBIRD_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
		[ -n "$name" ] && command -v "$name" && return 0
	done
	return 1
}

# postgres_folder is where the server's programs are: Debian keeps them out of the way.
postgres_folder() {
	local folder
	for folder in "$(dirname "$(command -v initdb || echo /nowhere/initdb)")" /usr/lib/postgresql/*/bin; do
		[ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && echo "$folder" && return 0
	done
	return 1
}

install_parts() {
	local missing=()
	browser >/dev/null || missing+=(chromium)
	postgres_folder >/dev/null || missing+=(postgresql)
	command -v npm >/dev/null || missing+=(npm)
	command -v cc >/dev/null || missing+=(gcc libc6-dev)
	command -v redis-server >/dev/null || missing+=(redis-server)
	command -v c++ >/dev/null && command -v make >/dev/null && command -v python3 >/dev/null || missing+=(g++ make python3)
	if [ ${#missing[@]} -gt 0 ]; then
		if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
			echo "These are missing, install them: ${missing[*]}" >&2
			return 1
		fi
		echo "Installing ${missing[*]}"
		apt-get update -qq </dev/null &&
			DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null || return 1
	fi
	if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
		npm ci --ignore-scripts </dev/null || return 1
		touch node_modules/.package-lock.json
	fi
	# Bluesky's server keeps what it has in SQLite, which is the one package that has to be compiled.
	if [ ! -e node_modules/better-sqlite3/build/Release/better_sqlite3.node ]; then
		if [ -d /usr/include/node ]; then
			local npm_config_nodedir=/usr
			export npm_config_nodedir
		fi
		npm rebuild better-sqlite3 --build-from-source </dev/null || return 1
	fi
	TILLBIRD_TEST_CHROMIUM=$(browser) && export TILLBIRD_TEST_CHROMIUM
	go version
	"$TILLBIRD_TEST_CHROMIUM" --version 2>/dev/null || echo "no browser"
	"$(postgres_folder)/initdb" --version
	echo "node $(node --version)"
}

generate() {
	tool templ generate -log-level error && npm run --silent css
}

made() { git ls-files --cached --others --exclude-standard -- '*_templ.go' static/app.css | sort | xargs sha256sum 2>/dev/null; }

# generated_fresh makes everything again and compares, so that it holds for a clean clone and for work in progress.
generated_fresh() {
	local before after
	before=$(made)
	generate || return 1
	after=$(made)
	[ "$before" = "$after" ] && return 0
	diff <(echo "$before") <(echo "$after") | sed -n 's/^[<>] [0-9a-f]*  /not fresh: /p' | sort -u
	echo "Commit what was made just now."
	return 1
}

formatted() {
	local ugly
	ugly=$(git ls-files --cached --others --exclude-standard '*.go' | grep -v '_templ\.go$' | xargs go tool -modfile=tools/go.mod gofumpt -l) || return 1
	[ -z "$ugly" ] && return 0
	printf 'not formatted, run make format: %s\n' $ugly
	return 1
}

# --- PostgreSQL: a server of our own, in a folder that is thrown away ---

cluster=
keeper=()

# as_keeper runs one of its programs; the server refuses to be root's.
as_keeper() { "${keeper[@]}" "$@"; }

start_postgres() {
	local bin port user=
	bin=$(postgres_folder) || return 1
	cluster=$(mktemp -d) || return 1
	if [ "$(id -u)" = 0 ]; then
		for user in postgres nobody; do
			id "$user" >/dev/null 2>&1 && break
		done
		chown "$user" "$cluster"
		keeper=(setpriv --reuid "$user" --regid "$(id -g "$user")" --clear-groups env HOME="$cluster" LC_ALL=C)
	else
		keeper=(env LC_ALL=C)
	fi
	(cd "$cluster" && as_keeper "$bin/initdb" -D "$cluster/db" -U tillbird -A trust -E UTF8 --locale=C --no-sync >"$cluster/initdb.log" 2>&1) || {
		cat "$cluster/initdb.log"
		return 1
	}
	for _ in 1 2 3 4 5; do
		port=$((20000 + RANDOM % 20000))
		if (cd "$cluster" && as_keeper "$bin/pg_ctl" -D "$cluster/db" -w -t 60 -l "$cluster/db/server.log" \
			-o "-p $port -k $cluster -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" \
			start >/dev/null 2>&1 </dev/null); then
			export TILLBIRD_TEST_DATABASE_URL="postgres://tillbird@127.0.0.1:$port/postgres?sslmode=disable"
			echo "PostgreSQL on port $port"
			return 0
		fi
	done
	cat "$cluster/db/server.log"
	return 1
}

stop_postgres() {
	[ -n "$cluster" ] || return 0
	(cd "$cluster" && as_keeper "$(postgres_folder)/pg_ctl" -D "$cluster/db" -m immediate stop >/dev/null 2>&1)
	rm -rf "$cluster"
	cluster=
}
trap stop_postgres EXIT
trap 'exit 130' INT TERM HUP

# --- what there is to do ---

case "${1:-all}" in
generate)
	[ -d node_modules ] || npm ci --ignore-scripts || exit 1
	generate
	exit
	;;
audit)
	step "Parts that the tests need" install_parts
	step "Accessibility of every page" env TILLBIRD_TEST_AUDIT=1 go test -count=1 -timeout 60m -run 'Audit|Access' ./cmd/tillbird ./web
	finish
	;;
all) ;;
*)
	sed -n '2,8s/^# \{0,1\}//p' "$0"
	exit 2
	;;
esac

# The packages that keep something in the database.
kept=(./models/... ./payments/... ./web/... ./cmd/tillbird/... ./cmd/chaos/... ./mail/... ./demo/...)

step "Parts that the tests need" install_parts
[ ${#failed[@]} -eq 0 ] || finish
step "Generated files are fresh" generated_fresh
step "Formatted by gofumpt" formatted
step "go vet" go vet ./...
step "staticcheck" tool staticcheck ./...
# Most tests wait, for a browser, the sandbox or the disk: more of them at a time than there are cores.
many=(-parallel 6)
# The painter works behind one lock, and the race detector makes its pixels eight times slower. The tests of the programs
# start them as processes of their own, which it does not see.
raced() { go list ./... | grep -v -e '/social$' -e '/cmd/' | xargs go test -race -p 1 "${many[@]}" -timeout 12m; }

# on_sqlite runs them all, the programs beside the rest: most of their time they wait for a browser.
on_sqlite() {
	local beside told result=0
	told=$(mktemp) || return 1
	go test -p 1 "${many[@]}" -timeout 12m ./cmd/... ./social >"$told" 2>&1 &
	beside=$!
	raced || result=1
	wait "$beside" || result=1
	cat "$told"
	rm -f "$told"
	return $result
}
step "Tests on SQLite" on_sqlite
step "A PostgreSQL server" start_postgres
if [ -n "${TILLBIRD_TEST_DATABASE_URL:-}" ]; then
	# Races are looked for once: the code is the same.
	# The long ways through the pages are walked once: below them lies what all these tests look at.
	step "Tests on PostgreSQL" go test "${many[@]}" -timeout 12m -skip '^(TestStory|TestPostStory|TestReplyStory|TestDisputeStory)$' "${kept[@]}"
	step "Bluesky with answers and likes" go test -count=1 -timeout 3m -run '^TestBluesky$' ./social
fi
finish
