package expr

func LaTeX(e *Expr, n func(string) string) string    { return Text(e) }
func GoSource(e *Expr, n func(string) string) string { return Text(e) }
