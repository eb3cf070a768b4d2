// Package tillbird_test holds the rules of the whole module as tests: who may import whom, and what no file may hold.
package tillbird_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/tillbird/tillbird/"

// table says which of our packages a place may import; its own subfolders always. A place that is not named may not
// exist.
var table = map[string][]string{
	"cmd":      {"web", "views", "models", "payments", "social", "mail", "sandbox", "demo", "words", "static"},
	"web":      {"views", "payments", "social", "models", "words", "static"},
	"views":    {"models", "words", "static"},
	"payments": {"models"},
	"social":   {"models", "words"},
	"mail":     {"views", "models", "words"},
	"demo":     {"models", "payments", "social", "sandbox"},
	"sandbox":  nil,
	"models":   nil,
	"words":    nil,
	"static":   nil,
	"tools":    nil,
}

// owners says who alone may import what comes from outside, by the beginning of its path.
var owners = map[string][]string{
	"gorm.io/":                            {"models"},
	"github.com/jackc/pgx":                {"models"},
	"github.com/mattn/go-sqlite3":         {"models", "sandbox"},
	"github.com/pressly/goose":            {"models"},
	"github.com/riverqueue/":              {"models"},
	"gocloud.dev/":                        {"models"},
	"database/sql":                        {"models", "sandbox"},
	"github.com/labstack/":                {"web"},
	"github.com/a-h/templ":                {"views", "web"},
	"github.com/stripe/stripe-go":         {"payments"},
	"github.com/bluesky-social/":          {"social"},
	"github.com/nicksnyder/go-i18n":       {"words"},
	"golang.org/x/text/message":           {"words"},
	"github.com/wneessen/go-mail":         {"mail"},
	"net/smtp":                            {"mail"},
	"github.com/emersion/go-smtp":         {"sandbox"},
	"github.com/alecthomas/kong":          {"cmd"},
	"flag":                                {"cmd"},
	"embed":                               {"static", "words", "models", "sandbox", "demo", "social"},
	"html/template":                       {"sandbox"},
	"text/template":                       {"words"},
	"github.com/getkin/kin-openapi":       {"sandbox"},
	"github.com/chromedp/":                nil,
	"github.com/stripe/stripe-mock":       nil,
	"github.com/prometheus/client_golang": {"web", "cmd"},
}

// baselines are what the bench measures us against without our own store.
var baselines = []string{"database/sql", "github.com/jackc/pgx"}

// tracked are the files of the repository, or those that will be.
func tracked(t *testing.T) []string {
	t.Helper()
	out, err := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Fatalf("git knows which files are ours: %v", err)
	}
	var files []string
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSuffix(name, "\n")
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			files = append(files, name)
		}
	}
	return files
}

func place(file string) string {
	first, _, found := strings.Cut(file, "/")
	if !found {
		return ""
	}
	return first
}

func generated(file string) bool {
	return strings.HasSuffix(file, "_templ.go") || file == "static/app.css" || file == "static/htmx.js" || strings.Contains(file, "testdata/") || strings.HasSuffix(file, ".min.js")
}

// source is one Go file, parsed.
type source struct {
	name string
	test bool
	*ast.File
}

func sources(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	set := token.NewFileSet()
	var all []source
	for _, name := range tracked(t) {
		if !strings.HasSuffix(name, ".go") || strings.Contains(name, "testdata/") {
			continue
		}
		parsed, err := parser.ParseFile(set, name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		// Packages whose name ends in test are support for tests, as httptest is.
		test := strings.HasSuffix(name, "_test.go") || strings.HasSuffix(parsed.Name.Name, "test")
		all = append(all, source{name, test, parsed})
	}
	return set, all
}

func TestImports(t *testing.T) {
	_, all := sources(t)
	for _, file := range all {
		from := place(file.name)
		allowed, known := table[from]
		if !known && from != "" {
			t.Errorf("%s: there is no place called %s on the map", file.name, from)
			continue
		}
		for _, spec := range file.Imports {
			imported, _ := strconv.Unquote(spec.Path.Value)
			ours, isOurs := strings.CutPrefix(imported, module)
			to := place(ours + "/")
			switch {
			case file.test && isOurs && (to == "web" || to == "cmd") && from != "web" && from != "cmd":
				t.Errorf("%s: a test of %s needs nothing of %s", file.name, from, to)
			case file.test:
			case isOurs && to != from && !slices.Contains(allowed, to):
				t.Errorf("%s: %s may not import %s", file.name, from, to)
			case !isOurs:
				for prefix, who := range owners {
					if (imported == prefix || strings.HasPrefix(imported, strings.TrimSuffix(prefix, "/")+"/")) && !slices.Contains(who, from) &&
						!(strings.HasPrefix(file.name, "cmd/bench/") && slices.Contains(baselines, prefix)) {
						t.Errorf("%s: %s belongs to %v alone", file.name, imported, who)
					}
				}
			}
		}
	}
}

// Handlers name templ's component type and nothing else of it.
func TestOnlyViewsMakeComponents(t *testing.T) {
	_, all := sources(t)
	for _, file := range all {
		if place(file.name) != "web" || file.test {
			continue
		}
		ast.Inspect(file.File, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "templ" && sel.Sel.Name != "Component" {
					t.Errorf("%s: templ.%s belongs to views", file.name, sel.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	_, all := sources(t)
	said := map[string]bool{}
	for _, file := range all {
		folder := path.Dir(file.name)
		if strings.HasSuffix(file.name, "_test.go") || generated(file.name) {
			continue
		}
		said[folder] = said[folder] || false
		if doc := strings.TrimSpace(file.Doc.Text()); doc != "" {
			if said[folder] {
				t.Errorf("%s: the package has its sentence in another file", file.name)
			}
			said[folder] = true
			if !strings.HasPrefix(doc, "Package "+file.Name.Name+" ") && file.Name.Name != "main" || !strings.Contains(doc, ".") {
				t.Errorf("%s: a package's sentence begins with its name: %q", file.name, doc)
			}
		}
	}
	for folder, ok := range said {
		if !ok {
			t.Errorf("%s does not say what it is", folder)
		}
	}
}

func TestExportedNamesSayWhatTheyAre(t *testing.T) {
	_, all := sources(t)
	for _, file := range all {
		if strings.HasSuffix(file.name, "_test.go") || generated(file.name) {
			continue
		}
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !wellKnown[d.Name.Name] {
					t.Errorf("%s: %s says nothing of itself", file.name, d.Name.Name)
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok && s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						t.Errorf("%s: %s says nothing of itself", file.name, s.Name.Name)
					}
				}
			}
		}
	}
}

// wellKnown are methods that the language's own interfaces explain.
var wellKnown = map[string]bool{"Error": true, "String": true, "Kind": true, "TableName": true, "Unwrap": true, "Is": true}

func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	receiver := d.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	name, ok := receiver.(*ast.Ident)
	return ok && name.IsExported()
}

// Time is handed in, and settings come from cmd.
func TestClockAndEnvironmentAreHandedIn(t *testing.T) {
	set, all := sources(t)
	for _, file := range all {
		from := place(file.name)
		if file.test || from == "cmd" || from == "" {
			continue
		}
		ast.Inspect(file.File, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			switch name := x.Name + "." + sel.Sel.Name; name {
			case "os.Getenv", "os.LookupEnv", "os.Environ":
				t.Errorf("%s: %s belongs to cmd", set.Position(n.Pos()), name)
			case "time.Now", "time.Since", "time.Until":
				if slices.Contains([]string{"models", "payments", "social", "mail", "views", "words", "demo"}, from) {
					t.Errorf("%s: %s: the time is handed in", set.Position(n.Pos()), name)
				}
			}
			return true
		})
	}
}

// A test waits for what it waits for, and is run or is not there.
func TestTestsNeitherSleepNorSkip(t *testing.T) {
	set, all := sources(t)
	for _, file := range all {
		if !file.test {
			continue
		}
		ast.Inspect(file.File, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok {
					switch name := x.Name + "." + sel.Sel.Name; name {
					case "time.Sleep", "t.Skip", "t.Skipf", "t.SkipNow", "b.Skip":
						t.Errorf("%s: %s", set.Position(n.Pos()), name)
					}
				}
			}
			return true
		})
	}
}

func TestFilesAreShortAndInTheirPlace(t *testing.T) {
	const most = 400
	forbidden := []string{"utils", "util", "helpers", "helper", "common", "services", "service", "pkg", "internal", "misc"}
	measured := []string{".go", ".templ", ".sql", ".js", ".css", ".sh"}
	templates := map[string]bool{}
	files := tracked(t)
	for _, name := range files {
		for folder := range strings.SplitSeq(path.Dir(name), "/") {
			if slices.Contains(forbidden, folder) {
				t.Errorf("%s: a folder called %s says nothing", name, folder)
			}
		}
		if strings.HasSuffix(name, ".templ") {
			templates[strings.TrimSuffix(name, ".templ")+"_templ.go"] = true
		}
		if generated(name) || !slices.Contains(measured, path.Ext(name)) {
			continue
		}
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(content, []byte("\n")); lines > most {
			t.Errorf("%s has %d lines: more than one thing", name, lines)
		}
		if strings.HasSuffix(name, ".templ") && bytes.Contains(content, []byte("templ."+"Raw(")) {
			t.Errorf("%s writes text as HTML", name)
		}
	}
	for made := range templates {
		if !slices.Contains(files, made) {
			t.Errorf("%s is not there: make generate", made)
		}
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_templ.go") && !templates[name] {
			t.Errorf("%s has no template any more", name)
		}
	}
}

// foreign are the hosts of package registries and the folders of one machine. The marks are cut, so that this file
// does not hold them.
var foreign = regexp.MustCompile(strings.Join([]string{
	`proxy\.golang\.` + `org`, `sum\.golang\.` + `org`, `registry\.npmjs\.` + `org`, `registry\.yarnpkg\.` + `com`, `deb\.debian\.` + `org`, `pypi\.` + `org`,
	`(^|["'\s=(:])/wo` + `rk/`, `(^|["'\s=(:])/ro` + `ot/`, `(^|["'\s=(:])/tm` + `p/`, `(^|["'\s=(:])/ho` + `me/[a-z]`,
}, "|"))

func TestNothingOfOneMachineIsInTheFiles(t *testing.T) {
	for _, name := range tracked(t) {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.IndexByte(content[:min(len(content), 8000)], 0) >= 0 {
			continue
		}
		for i, line := range bytes.Split(content, []byte("\n")) {
			if found := foreign.Find(line); found != nil {
				t.Errorf("%s:%d: %s", name, i+1, bytes.TrimSpace(found))
			}
		}
	}
}

// TestRowsAreReadWithoutGenericGORM: each type of row in gorm.G makes the compiler build nearly a thousand functions.
func TestRowsAreReadWithoutGenericGORM(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("models/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(source), "gorm.G[") {
			t.Errorf("%s: use first or list of models/row.go", file)
		}
	}
}
