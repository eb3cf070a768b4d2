package models

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
)

// dumpPostgres has PostgreSQL's own program copy the database.
func dumpPostgres(ctx context.Context, address, to string) error {
	return postgresTool(ctx, address, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file="+to)
}

// restorePostgres fills an empty database, whole or not at all.
func restorePostgres(ctx context.Context, address, dump string) error {
	return postgresTool(ctx, address, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", dump)
}

// emptyDatabase is ErrNotEmpty where there are tables of anybody's.
func emptyDatabase(ctx context.Context, address string) error {
	db, err := openPlainly(address)
	if err != nil {
		return err
	}
	defer db.Close()
	var tables int64
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')").Scan(&tables); err != nil {
		return fmt.Errorf("reach the database: %w", err)
	}
	if tables > 0 {
		return fmt.Errorf("%w: the database has %d tables", ErrNotEmpty, tables)
	}
	return nil
}

// openPlainly opens a database without a Store. The address may say things that only our pool understands.
func openPlainly(address string) (*sql.DB, error) {
	config, err := pgxpool.ParseConfig(address)
	if err != nil {
		return nil, fmt.Errorf("TILLBIRD_DATABASE_URL: %w", err)
	}
	return stdlib.OpenDB(*config.ConnConfig), nil
}

// postgresTool runs one of PostgreSQL's own programs on a database.
func postgresTool(ctx context.Context, address, name string, arguments ...string) error {
	program, err := exec.LookPath(name)
	if err != nil {
		found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name) // where Debian keeps them
		if len(found) == 0 {
			return fmt.Errorf("%s is not installed here: install PostgreSQL's client programs, of the server's version or a later one", name)
		}
		program = found[len(found)-1]
	}
	address, password, err := forTools(address)
	if err != nil {
		return err
	}
	command := exec.CommandContext(ctx, program, append([]string{"--dbname=" + address}, arguments...)...)
	if password != "" {
		command.Env = append(command.Environ(), "PGPASSWORD="+password)
	}
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// forTools is a database's address as PostgreSQL's programs take it: without the password, which everybody on the
// machine could read in the list of processes, and without the settings of our pool.
func forTools(address string) (plain, password string, err error) {
	parsed, err := url.Parse(address)
	if err != nil {
		return "", "", fmt.Errorf("TILLBIRD_DATABASE_URL is no address of the form postgres://…")
	}
	if secret, set := parsed.User.Password(); set {
		password, parsed.User = secret, url.User(parsed.User.Username())
	}
	query := parsed.Query()
	if query.Has("password") {
		password = query.Get("password")
		query.Del("password")
	}
	for name := range query {
		if strings.HasPrefix(name, "pool_") || name == "default_query_exec_mode" || name == "statement_cache_capacity" || name == "description_cache_capacity" {
			query.Del(name)
		}
	}
	parsed.RawQuery = query.Encode()
	return parsed.String(), password, nil
}
