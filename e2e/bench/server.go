package main

import (
	"bufio"
	"fmt"
	"html"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/valyala/fasthttp"
)

func peakOf(c *exec.Cmd) int64 { return c.ProcessState.SysUsage().(*syscall.Rusage).Maxrss }

// A server is a running appliance.
type server struct {
	cmd  *exec.Cmd
	base string
}

func (b bench) serve(dir string) (*server, error) { return b.serving("serve", "--data", dir) }

// serving runs a command of the executable that serves, on a free port.
func (b bench) serving(args ...string) (*server, error) {
	c := exec.Command(b.binary, append(args, "--listen", "127.0.0.1:0")...)
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if at, ok := strings.CutPrefix(lines.Text(), "Préau répond sur "); ok {
			go func() {
				for lines.Scan() {
				}
			}()
			return &server{c, at}, nil
		}
	}
	return nil, fmt.Errorf("%v does not answer", args)
}

func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// memory is the anonymous resident memory of the server, in MiB.
func (s *server) memory() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return -1
	}
	m := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return -1
	}
	kb, err := strconv.Atoi(string(m[1]))
	if err != nil {
		return -1
	}
	return kb >> 10
}

// A visitor is a signed-in administrator with one connection kept alive.
type visitor struct {
	base    string
	client  *fasthttp.Client
	cookies map[string]string
}

func newVisitor(base string) *visitor {
	return &visitor{base, &fasthttp.Client{MaxConnsPerHost: 64, ReadTimeout: 30 * time.Second}, map[string]string{}}
}

// ask sends a request and returns its status, body and location.
func (v *visitor) ask(method, path string, form url.Values, headers ...string) (int, string, string, error) {
	if form == nil {
		return v.send(method, path, "", nil, headers...)
	}
	return v.send(method, path, "application/x-www-form-urlencoded", []byte(form.Encode()), append(headers, "Origin", v.base)...)
}

// send sends a body of some type, "" for none.
func (v *visitor) send(method, path, kind string, body []byte, headers ...string) (int, string, string, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI(v.base + path)
	req.Header.SetMethod(method)
	for name, value := range v.cookies {
		req.Header.SetCookie(name, value)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	if kind != "" {
		req.Header.SetContentType(kind)
		req.SetBody(body)
	}
	if err := v.client.Do(req, res); err != nil {
		return 0, "", "", err
	}
	for _, c := range res.Header.Cookies() {
		cookie := fasthttp.AcquireCookie()
		if err := cookie.ParseBytes(c); err == nil {
			v.cookies[string(cookie.Key())] = string(cookie.Value())
		}
		fasthttp.ReleaseCookie(cookie)
	}
	return res.StatusCode(), string(res.Body()), string(res.Header.Peek("Location")), nil
}

// unescaped is an address as a template wrote it, read again.
func unescaped(address string) string { return html.UnescapeString(address) }

var token = regexp.MustCompile(`name="jeton" value="([^"]+)"`)

// signIn opens a session, and returns the token of its forms.
func (v *visitor) signIn(login, password string) (string, error) {
	_, body, _, err := v.ask("GET", "/connexion", nil)
	if err != nil {
		return "", err
	}
	m := token.FindStringSubmatch(body)
	if m == nil {
		return "", fmt.Errorf("no token in the sign-in page")
	}
	status, _, _, err := v.ask("POST", "/connexion", url.Values{"jeton": {m[1]}, "login": {login}, "mot-de-passe": {password}})
	if err != nil || status != 303 {
		return "", fmt.Errorf("sign-in: %d %v", status, err)
	}
	_, body, _, err = v.ask("GET", "/", nil)
	if m = token.FindStringSubmatch(body); err != nil || m == nil {
		return "", fmt.Errorf("no token once signed in: %v", err)
	}
	return m[1], nil
}
