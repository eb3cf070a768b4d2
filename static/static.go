// Package static holds the style sheets, scripts, icons and fonts, embedded and addressed by content hash.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"sync"
)

//go:embed *.css *.csv *.js *.svg *.png *.woff2 *.txt licences/*.txt
var files embed.FS

// Prefix is where Handler expects to be mounted; every address of URL begins with it.
const Prefix = "/static/"

// file is one embedded file as it is served.
type file struct {
	name  string // as URL takes it
	hash  string
	kind  string // Content-Type
	plain []byte
	small []byte // gzip, nil where it would not be smaller
}

// contentTypes are told by name, never by what the machine's tables say.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".csv":   "text/csv; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".png":   "image/png",
	".woff2": "font/woff2",
	".txt":   "text/plain; charset=utf-8",
}

type collection struct {
	byName map[string]*file
	byPath map[string]*file // hashed path below Prefix
}

// loaded reads, rewrites, hashes and compresses once, when the first page asks.
var loaded = sync.OnceValue(func() collection {
	c, err := load(files)
	if err != nil {
		panic(err) // an embedded file that cannot be read is a broken build; the tests load them all
	}
	return c
})

// URL is the address of an embedded file ("app.css" gives "/static/app.<hash>.css"). An unknown name is a
// broken build and panics; the tests render every page.
func URL(name string) string {
	f := loaded().byName[name]
	if f == nil {
		panic("static: no file " + strconv.Quote(name))
	}
	return Prefix + f.hashed()
}

// Bytes is the content of an embedded file as it is served, for what must be inlined or measured.
func Bytes(name string) []byte {
	if f := loaded().byName[name]; f != nil {
		return bytes.Clone(f.plain)
	}
	return nil
}

func (f *file) hashed() string {
	ext := path.Ext(f.name)
	return strings.TrimSuffix(f.name, ext) + "." + f.hash + ext
}

// assetRef finds url("name") in style sheets, as far as it names a file of ours.
var assetRef = regexp.MustCompile(`url\((["']?)([A-Za-z0-9][A-Za-z0-9._-]*)["']?\)`)

func load(source fs.FS) (collection, error) {
	c := collection{byName: map[string]*file{}, byPath: map[string]*file{}}
	var names []string
	err := fs.WalkDir(source, ".", func(name string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return c, err
	}
	// Style sheets last: their addresses of fonts hold the fonts' hashes.
	sort.SliceStable(names, func(i, j int) bool {
		return path.Ext(names[i]) != ".css" && path.Ext(names[j]) == ".css"
	})
	for _, name := range names {
		plain, err := fs.ReadFile(source, name)
		if err != nil {
			return c, err
		}
		kind := contentTypes[path.Ext(name)]
		if kind == "" {
			return c, fmt.Errorf("static: no content type for %q", name)
		}
		if path.Ext(name) == ".css" {
			if plain, err = c.rewritten(name, plain); err != nil {
				return c, err
			}
		}
		sum := sha256.Sum256(plain)
		f := &file{name: name, hash: hex.EncodeToString(sum[:6]), kind: kind, plain: plain, small: compressed(plain)}
		c.byName[name] = f
		c.byPath[f.hashed()] = f
	}
	return c, nil
}

// rewritten is a style sheet whose url(…) name hashed files.
func (c collection) rewritten(name string, css []byte) ([]byte, error) {
	var unknown error
	css = assetRef.ReplaceAllFunc(css, func(ref []byte) []byte {
		target := string(assetRef.FindSubmatch(ref)[2])
		f := c.byName[target]
		if f == nil {
			unknown = fmt.Errorf("static: %s names %q, which is not here", name, target)
			return ref
		}
		return []byte(`url("` + f.hashed() + `")`)
	})
	return css, unknown
}

func compressed(plain []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is a constant, so it cannot fail
	_, _ = w.Write(plain)                                   // a buffer takes every byte
	_ = w.Close()
	if out.Len() >= len(plain)*9/10 {
		return nil
	}
	return out.Bytes()
}

// Handler serves the files below Prefix. An address holds its content's hash, so it may be kept for ever; an
// address with an old hash is 404, never another content.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
			return
		}
		f := loaded().byPath[strings.TrimPrefix(r.URL.Path, Prefix)]
		if f == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		f.serve(w, r)
	})
}

// File serves one file under an address of its own, such as /favicon.ico or /robots.txt, to be asked again daily.
func File(name string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := loaded().byName[name]
		if f == nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=86400")
		f.serve(w, r)
	})
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	body, tag := f.plain, `"`+f.hash+`"`
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	if f.small != nil {
		h.Add("Vary", "Accept-Encoding")
		if AcceptsGzip(r.Header.Get("Accept-Encoding")) {
			body, tag = f.small, `"`+f.hash+`-gz"`
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", tag)
	if Matches(r.Header.Get("If-None-Match"), tag) {
		h.Del("Content-Type")
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body) // a reader who went away is no fault of ours
}

// AcceptsGzip reads an Accept-Encoding header; q=0 refuses.
func AcceptsGzip(header string) bool {
	if strings.HasPrefix(header, "gzip,") { // as browsers begin it
		return true
	}
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding != "gzip" && coding != "*" {
			continue
		}
		q, found := strings.CutPrefix(strings.TrimSpace(params), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !found || (err == nil && weight > 0)
	}
	return false
}

// Matches compares an If-None-Match header with a tag, weakly, as GET wants it.
func Matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == tag {
			return true
		}
	}
	return false
}
