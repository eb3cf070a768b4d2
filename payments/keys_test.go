package payments

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// writes are the calls of Stripe's client that change something there.
var writes = map[string]bool{
	"New": true, "Update": true, "Del": true, "Expire": true, "Close": true, "Cancel": true, "Confirm": true, "Capture": true, "Reject": true, "Attach": true, "Detach": true, "Reverse": true, "Pay": true,
}

// TestEveryWriteHasAKey walks the source: whatever changes something at Stripe is sent with a key of ours, made where
// the call is or by the function that makes its parameters. That the keys are on the wire, and of our form, each test of
// this package checks with each request it sends.
func TestEveryWriteHasAKey(t *testing.T) {
	t.Parallel()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	keyed := map[string]bool{}
	type write struct {
		in    string
		at    token.Position
		calls []string
	}
	var found []write
	for _, entry := range entries {
		name := entry.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range file.Decls {
			f, ok := declaration.(*ast.FuncDecl)
			if !ok {
				continue
			}
			var calls []string
			var here []token.Pos
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				switch called := call.Fun.(type) {
				case *ast.Ident:
					calls = append(calls, called.Name)
				case *ast.SelectorExpr:
					calls = append(calls, called.Sel.Name)
					if of, ok := called.X.(*ast.SelectorExpr); ok && writes[called.Sel.Name] && throughClient(of) {
						here = append(here, call.Pos())
					}
				}
				return true
			})
			for _, name := range calls {
				if name == "keyed" {
					keyed[f.Name.Name] = true
				}
			}
			for _, at := range here {
				found = append(found, write{f.Name.Name, set.Position(at), calls})
			}
		}
	}
	if len(found) < 10 {
		t.Fatalf("only %d writes were found: the walk sees too little", len(found))
	}
	for _, w := range found {
		has := keyed[w.in]
		for _, name := range w.calls {
			has = has || keyed[name] && strings.HasSuffix(name, "Params")
		}
		if !has {
			t.Errorf("%s: %s changes something at Stripe without a key of ours", w.at, w.in)
		}
	}
}

// throughClient tells whether x is p.stripe.Something.
func throughClient(x *ast.SelectorExpr) bool {
	client, ok := x.X.(*ast.SelectorExpr)
	return ok && client.Sel.Name == "stripe"
}
