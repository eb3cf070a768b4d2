package web

import (
	"encoding/csv"
	"net/http"
)

// sendTable sends a file of lines, part by part, so that years of them fit. next writes a part and tells whether there
// is another.
func (s *Server) sendTable(v *visit, name string, columns []string, next func(write func([]string)) (more bool, err error)) error {
	h := v.Response().Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.csv"`)
	h.Set("Cache-Control", "no-store")
	out := csv.NewWriter(v.Response())
	out.UseCRLF = true
	write := func(line []string) { _ = out.Write(line) } // what went wrong is told by out.Error
	write(columns)
	for {
		more, err := next(write)
		if err != nil {
			// Half a file must not look like a whole one: the connection breaks instead.
			s.log.Error("file cut off", "id", requestID(v), "error", err.Error())
			panic(http.ErrAbortHandler)
		}
		if out.Flush(); out.Error() != nil || !more {
			return out.Error()
		}
		v.Response().Flush()
	}
}
