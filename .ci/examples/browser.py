"""A browser without a screen: cookies, redirects, links and forms."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, Request, build_opener


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


class Page(HTMLParser):
    """The visible text of a page, and its buttons and links."""

    def __init__(self, url: str, status: int, html: str):
        super().__init__()
        self.url, self.status, self.html = url, status, html
        self.text, self.links, self.forms = "", {}, []
        self.pressed = self.linked = self.choosing = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        it = {name: value or "" for name, value in attributes}
        if tag == "a":
            self.linked = (it.get("href", ""), len(self.text))
        elif tag == "form":
            self.forms.append(Form(it.get("action", self.url), it.get("method", "get").lower()))
        elif tag == "input" and (it.get("type") != "checkbox" or "checked" in it):
            self.forms[-1].fields.append((it["name"], it.get("value", "")))
        elif tag == "select":
            self.choosing = it["name"]
        elif tag == "option" and self.choosing:
            self.forms[-1].fields.append((self.choosing, it["value"]))
            self.choosing = None
        elif tag == "button":
            self.pressed = ([(it["name"], it.get("value", ""))] if "name" in it else [], len(self.text))

    def handle_endtag(self, tag):
        if tag == "a" and self.linked:
            self.links[self.text[self.linked[1] :].strip()] = self.linked[0]
        elif tag == "button" and self.pressed and self.forms:
            self.forms[-1].buttons[self.text[self.pressed[1] :].strip()] = self.pressed[0]

    def handle_data(self, data):
        self.text += data

    def form(self, button: str) -> Form:
        return next(form for form in self.forms if button in form.buttons)

    def shows(self, button: str) -> bool:
        return any(button in form.buttons for form in self.forms)


class Stop(HTTPRedirectHandler):
    """Follows redirects, except to URLs with this prefix."""

    before = "nowhere"

    def redirect_request(self, request, answer, code, message, headers, url):
        return None if url.startswith(self.before) else super().redirect_request(request, answer, code, message, headers, url)


class Browser:
    def __init__(self):
        self.stop = Stop()
        self.opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()), self.stop)
        self.page = None

    def open(self, url: str, fields: list[tuple[str, str]] | None = None) -> Page:
        data = None if fields is None else urlencode(fields).encode()
        request = Request(url, data, {"Accept": "text/html"})
        try:
            with self.opener.open(request, timeout=60) as answer:
                self.page = Page(answer.url, answer.status, answer.read().decode())
        except HTTPError as error:
            with error:
                # A redirect that is not followed: the page's URL is its target.
                url = error.headers.get("Location", error.url)
                self.page = Page(url, error.code, error.read().decode())
        return self.page

    def follow(self, text: str) -> Page:
        (href,) = (href for shown, href in self.page.links.items() if text in shown)
        return self.open(urljoin(self.page.url, href))

    def press(self, button: str, **typed: str) -> Page:
        form = self.page.form(button)
        fields = [(name, typed.pop(name, value)) for name, value in form.fields] + form.buttons[button]
        assert not typed, f"the form has no {typed}"
        assert form.method == "post"
        return self.open(urljoin(self.page.url, form.action), fields)
