package fake

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A question is a search, from a query or from a body.
type question struct {
	JQL           string
	StartAt       int
	MaxResults    int
	Fields        []string
	NextPageToken string
}

func ask(r *http.Request) (q question, err error) {
	if r.Method == http.MethodPost {
		err = json.NewDecoder(r.Body).Decode(&q)
		return q, err
	}
	query := r.URL.Query()
	q = question{JQL: query.Get("jql"), NextPageToken: query.Get("nextPageToken")}
	q.StartAt, q.MaxResults = window(query.Get("startAt"), query.Get("maxResults"), 0)
	if fields := query.Get("fields"); fields != "" {
		q.Fields = strings.Split(fields, ",")
	}
	return q, nil
}

// window reads where a page starts and what it holds at most.
func window(start, most string, otherwise int) (int, int) {
	s, _ := strconv.Atoi(start)
	m, err := strconv.Atoi(most)
	if err != nil || otherwise > 0 && m > otherwise {
		m = otherwise
	}
	return max(s, 0), max(m, 0)
}

// page is what a search finds from a place on, and how many there are in all.
func (f *Fake) page(q question, start int) (found []*Issue, total int, err error) {
	found, err = f.matching(q.JQL)
	if err != nil {
		return nil, 0, err
	}
	most := f.PageSize
	if q.MaxResults > 0 {
		most = min(most, q.MaxResults)
	}
	total = len(found)
	return found[min(start, total):min(start+most, total)], total, nil
}

func (f *Fake) searchDataCenter(w http.ResponseWriter, r *http.Request) {
	q, err := ask(r)
	if err == nil {
		var found []*Issue
		var total int
		if found, total, err = f.page(q, q.StartAt); err == nil {
			shapes := []any{}
			for _, i := range found {
				shapes = append(shapes, f.issueShape(f.self(r), i, asked(strings.Join(q.Fields, ","))))
			}
			send(w, http.StatusOK, map[string]any{"expand": "schema,names", "startAt": q.StartAt, "maxResults": f.PageSize, "total": total, "issues": shapes})
			return
		}
	}
	refuse(w, http.StatusBadRequest, err.Error(), nil)
}

// searchCloud gives identifiers alone to whoever asks for no field, and no total.
func (f *Fake) searchCloud(w http.ResponseWriter, r *http.Request) {
	q, err := ask(r)
	if err == nil {
		start := 0
		if q.NextPageToken != "" {
			token, _ := base64.StdEncoding.DecodeString(q.NextPageToken)
			if _, err = fmt.Sscanf(string(token), "page-%d", &start); err != nil {
				refuse(w, http.StatusBadRequest, "Invalid nextPageToken", nil)
				return
			}
		}
		var found []*Issue
		var total int
		if found, total, err = f.page(q, start); err == nil {
			answer := map[string]any{"issues": f.cloudShapes(f.self(r), found, q.Fields), "isLast": start+len(found) >= total}
			if start+len(found) < total {
				answer["nextPageToken"] = base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "page-%d", start+len(found)))
			}
			send(w, http.StatusOK, answer)
			return
		}
	}
	refuse(w, http.StatusBadRequest, err.Error(), nil)
}

func (f *Fake) cloudShapes(self string, found []*Issue, fields []string) []any {
	shapes := []any{}
	for _, i := range found {
		if len(fields) == 0 {
			shapes = append(shapes, map[string]any{"id": i.ID})
			continue
		}
		shapes = append(shapes, f.issueShape(self, i, asked(strings.Join(fields, ","))))
	}
	return shapes
}

// matching runs a query of JQL: terms joined by AND, then an order.
func (f *Fake) matching(jql string) (found []*Issue, err error) {
	words, err := split(jql)
	if err != nil {
		return nil, err
	}
	order := []word{}
	for n := range words {
		if words[n].is("ORDER") {
			words, order = words[:n], words[n:]
			break
		}
	}
	if len(words) == 0 && f.Flavour == Cloud {
		return nil, errors.New("Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
	}
	for _, i := range f.issues {
		if i.indexed {
			found = append(found, i)
		}
	}
	for len(words) > 0 {
		if len(words) < 3 || len(words) > 3 && (!words[3].is("AND") || len(words) == 4) {
			return nil, errors.New("Error in the JQL Query: Expecting operator before the end of the query.")
		}
		keep, err := f.term(words[0].text, words[1].text, words[2])
		if err != nil {
			return nil, err
		}
		found = slices.DeleteFunc(found, func(i *Issue) bool { return !keep(i) })
		words = words[min(4, len(words)):]
	}
	return found, sortBy(found, order)
}

// term is one condition on issues.
func (f *Fake) term(field, operator string, value word) (func(*Issue) bool, error) {
	switch strings.ToLower(field) + operator {
	case "project=":
		if value.text != f.Project {
			return nil, fmt.Errorf("The value '%s' does not exist for the field 'project'.", value.text)
		}
		return func(*Issue) bool { return true }, nil
	case "labels=":
		return func(i *Issue) bool { return slices.Contains(i.Labels, value.text) }, nil
	case "updated>=":
		zone, err := time.LoadLocation(f.Zone)
		if err != nil {
			return nil, err
		}
		at, err := time.ParseInLocation("2006-01-02 15:04", value.text, zone)
		if err != nil || !value.quoted {
			return nil, fmt.Errorf("Date value '%s' for field 'updated' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm'.", value.text)
		}
		return func(i *Issue) bool { return !i.Updated.Before(at) }, nil
	}
	return nil, fmt.Errorf("Field '%s' does not exist or you do not have permission to view it.", field)
}

// sortBy orders what was found: ORDER BY field ASC.
func sortBy(found []*Issue, order []word) error {
	if len(order) == 0 {
		return nil
	}
	if len(order) != 4 || !order[1].is("BY") || !order[3].is("ASC") {
		return errors.New("Error in the JQL Query: the order is not understood.")
	}
	switch strings.ToLower(order[2].text) {
	case "id", "key", "created": // as they are kept
	case "updated":
		slices.SortStableFunc(found, func(a, b *Issue) int { return a.Updated.Compare(b.Updated) })
	default:
		return fmt.Errorf("Not able to sort using field '%s'.", order[2].text)
	}
	return nil
}

// A word is one of a query of JQL, quoted or bare.
type word struct {
	text   string
	quoted bool
}

func (w word) is(keyword string) bool { return !w.quoted && strings.EqualFold(w.text, keyword) }

// split cuts a query of JQL into its words.
func split(jql string) (words []word, err error) {
	for {
		jql = strings.TrimLeft(jql, " ")
		if jql == "" {
			return words, nil
		}
		if jql[0] == '"' {
			var text string
			if text, jql, err = quoted(jql[1:]); err != nil {
				return nil, err
			}
			words = append(words, word{text, true})
			continue
		}
		n := strings.IndexFunc(jql, func(c rune) bool { return !strings.ContainsRune("=<>!~", c) })
		if n <= 0 {
			n = strings.IndexAny(jql, " =<>!~\"")
		}
		if n < 0 {
			n = len(jql)
		}
		words = append(words, word{text: jql[:n]})
		jql = jql[n:]
	}
}

// quoted reads a text up to its closing quote.
func quoted(jql string) (text, rest string, err error) {
	for i := 0; i < len(jql); i++ {
		switch c := jql[i]; c {
		case '"':
			return text, jql[i+1:], nil
		case '\\':
			i++
			if i == len(jql) || !strings.ContainsRune(`\"`, rune(jql[i])) {
				return "", "", errors.New("Error in the JQL Query: an illegal escape sequence.")
			}
			text += jql[i : i+1]
		default:
			if c < ' ' {
				return "", "", errors.New("Error in the JQL Query: an illegal character.")
			}
			text += jql[i : i+1]
		}
	}
	return "", "", errors.New("Error in the JQL Query: The quoted string has not been completed.")
}
