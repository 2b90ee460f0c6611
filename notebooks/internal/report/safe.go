package report

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
)

// elements are the HTML and SVG elements that a notebook may put into a page. Other tags are shown
// as the text that they are, but for forbidden ones.
var elements = words(`a abbr b blockquote br button caption center cite code col colgroup dd del
	details dfn div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img input ins kbd label li mark ol
	output p pre q s samp section small span strike strong style sub summary sup table tbody td tfoot th
	thead tr tt u ul var
	svg circle clippath defs desc ellipse filter g image line lineargradient marker mask metadata path
	pattern polygon polyline radialgradient rect stop symbol text textpath title tspan use`)

// forbidden are the elements that run something or fetch something.
var forbidden = words(`applet audio base embed foreignobject form frame frameset iframe link meta object
	portal script source template track video animate animatemotion animatetransform set handler`)

// addresses are the attributes that are, or hold, addresses.
var addresses = words(`action background cite codebase data formaction href longdesc manifest ping poster
	profile src srcdoc srcset usemap xlink:href xml:base`)

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

var (
	tag       = regexp.MustCompile(`^</?([a-zA-Z][a-zA-Z0-9:-]*)((?:[\s/]+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>` + "`" + `]+))?)*)[\s/]*>`)
	tagName   = regexp.MustCompile(`^</?([a-zA-Z][a-zA-Z0-9:-]*)`)
	attribute = regexp.MustCompile(`([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>` + "`" + `]+))?`)
	styleURL  = regexp.MustCompile(`(?i)(?:url\s*\(\s*["']?\s*|@import\s*["']?)([^"')\s]*)`)
	scheme    = regexp.MustCompile(`^[a-z][a-z0-9+.-]*:`)
	angles    = strings.NewReplacer("<", "&lt;", ">", "&gt;")
)

// clean returns a piece of a page with nothing in it that runs or fetches: every "<" in it begins
// one of the elements, whose attributes hold none. What would run or fetch is an error that names
// it; tags of other elements become text.
func clean(page string) (string, error) {
	var b strings.Builder
	gone := missing{}
	for {
		i := strings.IndexByte(page, '<')
		if i < 0 {
			b.WriteString(page)
			break
		}
		b.WriteString(page[:i])
		page = page[i:]
		if n := apart(page, gone); n > 0 {
			page = page[n:]
			continue
		}
		if m := tagName.FindStringSubmatch(page); m != nil && forbidden[strings.ToLower(m[1])] {
			return "", fmt.Errorf("a report holds no <%s>: only the figures of package live bring scripts, and nothing comes from elsewhere", m[1])
		}
		m := tag.FindStringSubmatch(page)
		if m == nil || !elements[strings.ToLower(m[1])] {
			b.WriteString("&lt;")
			page = page[1:]
			continue
		}
		kept, err := cleanTag(m[0], strings.ToLower(m[1]), m[2])
		if err != nil {
			return "", err
		}
		b.WriteString(kept)
		page = page[len(m[0]):]
		if strings.EqualFold(m[1], "style") {
			end, _, _ := strings.Cut(page, "<")
			if err := checkStyle(html.UnescapeString(end)); err != nil {
				return "", err
			}
		}
	}
	return b.String(), nil
}

// apart returns the length of the comment, or the like, at the beginning of a page.
func apart(page string, gone missing) int {
	for _, c := range [][2]string{{"<!--", "-->"}, {"<!", ">"}, {"<?", "?>"}} {
		if rest, ok := strings.CutPrefix(page, c[0]); ok {
			if i := gone.index(rest, c[1]); i >= 0 {
				return len(c[0]) + i + len(c[1])
			}
		}
	}
	return 0
}

// cleanTag returns a tag, of the element name, unless one of its attributes does something.
func cleanTag(whole, name, attributes string) (string, error) {
	for _, m := range attribute.FindAllStringSubmatch(attributes, -1) {
		key, value := strings.ToLower(m[1]), html.UnescapeString(strings.Trim(m[2], `"'`))
		switch {
		case strings.HasPrefix(key, "on"):
			return "", fmt.Errorf("a report holds no %s of <%s>: only the figures of package live bring scripts", m[1], name)
		case key == "style":
			if err := checkStyle(value); err != nil {
				return "", err
			}
		case addresses[key]:
			if err := checkAddress(name, key, value); err != nil {
				return "", err
			}
		}
	}
	return "<" + angles.Replace(whole[1:len(whole)-1]) + ">", nil
}

// checkAddress lets a link lead to another page and all else to within this one.
func checkAddress(element, key, target string) error {
	plain := strings.ToLower(strings.Map(func(r rune) rune {
		if r <= ' ' {
			return -1 // as browsers do
		}
		return r
	}, target))
	protocol := scheme.FindString(plain)
	switch {
	case strings.HasPrefix(plain, "#"), plain == "":
	case element == "a" && strings.HasSuffix(key, "href") && slices.Contains([]string{"", "http:", "https:", "mailto:"}, protocol):
	case (element == "img" && key == "src" || element == "image" && strings.HasSuffix(key, "href")) && strings.HasPrefix(plain, "data:image/"):
	default:
		return fmt.Errorf("<%s> leads to %.60q: in a report a link leads to a page or a place within, and a picture is within (write ![what it shows](file))", element, target)
	}
	return nil
}

// checkStyle keeps styles from fetching anything.
func checkStyle(style string) error {
	if strings.Contains(style, `\`) {
		return fmt.Errorf(`a style with a \, which may hide an address: %.60q`, style)
	}
	for _, m := range styleURL.FindAllStringSubmatch(style, -1) {
		if !strings.HasPrefix(m[1], "#") && !strings.HasPrefix(strings.ToLower(m[1]), "data:") {
			return fmt.Errorf("a style leads to %.60q: a report must not need a network", m[1])
		}
	}
	return nil
}

// figureScript matches what package live writes: the script of a chart.
var figureScript = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// cleanOutput is clean for an output in HTML, which, if it is a chart of package live, keeps its
// scripts; it returns them as well.
func cleanOutput(page string) (string, []string, error) {
	var scripts []string
	if !strings.HasPrefix(page, `<figure class="sgd-chart"`) {
		kept, err := clean(page)
		return kept, nil, err
	}
	var b strings.Builder
	for {
		at := figureScript.FindStringSubmatchIndex(page)
		if at == nil {
			break
		}
		script := page[at[2]:at[3]]
		if strings.Contains(script, "<!--") {
			return "", nil, fmt.Errorf("a script with <!--, which would not end where it says")
		}
		kept, err := clean(page[:at[0]])
		if err != nil {
			return "", nil, err
		}
		b.WriteString(kept + page[at[0]:at[1]])
		scripts, page = append(scripts, script), page[at[1]:]
	}
	kept, err := clean(page)
	return b.String() + kept, scripts, err
}

// scriptPolicy is what the page's policy (CSP) lists: the scripts that may run are these, and no
// other, whatever else a page may hold.
func scriptPolicy(scripts []string) string {
	var hashes []string
	lines := strings.NewReplacer("\r\n", "\n", "\r", "\n") // as browsers read a page
	for _, s := range scripts {
		sum := sha256.Sum256([]byte(lines.Replace(s)))
		hashes = append(hashes, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	slices.Sort(hashes)
	return strings.Join(slices.Compact(hashes), " ")
}
