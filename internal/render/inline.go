package render

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Mail programs drop style sheets, so that rules have to stand in style attributes. They are
// put there when templates are loaded, on the templates' source: token by token, so that
// actions stay where they are (a parser would carry {{range}} out of its table), and once,
// so that a message costs nothing.

// sheet is the style sheet of the layout: the rules to put into attributes, and what can
// only stand in <style>: @media for dark mode and small screens.
type sheet struct {
	rules []rule
	media string
}

// rule is a declaration for "tag", ".class" or "tag.class".
type rule struct {
	tag, class, declaration string
}

func (r rule) weight() int {
	w := 0
	if r.tag != "" {
		w++
	}
	if r.class != "" {
		w += 10
	}
	return w
}

var styleElement = regexp.MustCompile(`(?s)<style[^>]*>(.*?)</style>`)

// takeSheet cuts the style element out of a layout and leaves only its @media in it.
func takeSheet(src string) (rest string, s sheet, err error) {
	rest = styleElement.ReplaceAllStringFunc(src, func(m string) string {
		if e := s.parse(styleElement.FindStringSubmatch(m)[1]); err == nil {
			err = e
		}
		return "<style>\n" + s.media + "</style>"
	})
	return rest, s, err
}

func (s *sheet) parse(css string) error {
	for {
		open := strings.IndexByte(css, '{')
		if open < 0 {
			return nil
		}
		selector := strings.TrimSpace(css[:open])
		end := blockEnd(css, open+1)
		if end < 0 {
			return fmt.Errorf("style: found no end of %q, want a closing brace", selector)
		}
		body := strings.TrimSpace(css[open+1 : end-1])
		if strings.HasPrefix(selector, "@") {
			s.media += selector + " {" + body + "}\n"
		} else if err := s.add(selector, body); err != nil {
			return err
		}
		css = css[end:]
	}
}

// blockEnd returns the offset behind the brace that closes the block begun before i.
func blockEnd(css string, i int) int {
	for depth := 1; i < len(css); i++ {
		switch css[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

func (s *sheet) add(selectors, declaration string) error {
	for sel := range strings.SplitSeq(selectors, ",") {
		sel = strings.TrimSpace(sel)
		if sel == "" || strings.ContainsAny(sel, " >+~:[#*") {
			return fmt.Errorf("style: found selector %q, want tag, .class or tag.class: others can't be inlined", sel)
		}
		tag, class, _ := strings.Cut(sel, ".")
		s.rules = append(s.rules, rule{tag, class, strings.TrimSuffix(declaration, ";")})
	}
	return nil
}

// inline writes the sheet's rules into the style attributes of a template's source. Markup
// inside an action ({{mso "<table>"}}) is the action's own: it is hidden from the tokenizer.
func (s sheet) inline(src string) (string, error) {
	var hidden []string
	src = markupAction.ReplaceAllStringFunc(src, func(action string) string {
		hidden = append(hidden, action)
		return fmt.Sprintf("{{hidden %d}}", len(hidden)-1)
	})
	out, err := s.inlineTags(src)
	for i, action := range hidden {
		out = strings.Replace(out, fmt.Sprintf("{{hidden %d}}", i), action, 1)
	}
	return out, err
}

var markupAction = regexp.MustCompile(`\{\{[^}]*<[^}]*\}\}`)

func (s sheet) inlineTags(src string) (string, error) {
	var out bytes.Buffer
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return out.String(), nil
		}
		raw := bytes.Clone(z.Raw())
		if kind != html.StartTagToken && kind != html.SelfClosingTagToken {
			out.Write(raw)
			continue
		}
		name, _ := z.TagName()
		tag := string(name)
		style, err := s.styleOf(z, tag)
		if err != nil {
			return "", err
		}
		out.Write(raw[:1+len(tag)])
		if style != "" {
			fmt.Fprintf(&out, ` style="%s"`, style)
		}
		out.Write(raw[1+len(tag):])
	}
}

// styleOf reads the attributes of the tag that the tokenizer stands at.
func (s sheet) styleOf(z *html.Tokenizer, tag string) (string, error) {
	var classes []string
	own := false
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch {
		case bytes.Contains(key, []byte("{{")):
			return "", fmt.Errorf("<%s>: found an action between attributes, want it inside an attribute's value", tag)
		case string(key) == "style":
			own = true
		case string(key) == "class" && bytes.Contains(value, []byte("{{")):
			return "", fmt.Errorf("<%s>: found an action in class, want a fixed class: rules are inlined when templates are loaded", tag)
		case string(key) == "class":
			classes = strings.Fields(string(value))
		}
	}
	style := s.declarations(tag, classes)
	if style != "" && own {
		return "", fmt.Errorf("<%s class=%q>: found a style attribute beside a rule of the sheet, want one of them", tag, strings.Join(classes, " "))
	}
	return style, nil
}

func (s sheet) declarations(tag string, classes []string) string {
	var hits []rule
	for _, r := range s.rules {
		if (r.tag == "" || r.tag == tag) && (r.class == "" || slices.Contains(classes, r.class)) {
			hits = append(hits, r)
		}
	}
	slices.SortStableFunc(hits, func(a, b rule) int { return a.weight() - b.weight() })
	parts := make([]string, len(hits))
	for i, r := range hits {
		parts[i] = strings.ReplaceAll(r.declaration, `"`, "'")
	}
	return strings.Join(parts, ";")
}
