from ipaddress import ip_address

import pytest

from server.webhooks.addresses import Forbidden, Reach, check, chosen, reach_of, target

PUBLIC = """8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1 2606:4700::1111
    ::ffff:8.8.8.8 64:ff9b::808:808"""
PRIVATE = """10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 127.0.0.1 127.1.2.3 ::1 100.64.0.1
    fc00::1 fd12:3456::1 192.0.2.1 198.51.100.1 203.0.113.1 198.18.0.1 192.0.0.1 2001:db8::1
    ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::a00:1 64:ff9b::7f00:1 ::ffff:0:10.0.0.1"""
NEVER = """0.0.0.0 0.1.2.3 :: 169.254.169.254 169.254.0.1 fe80::1 fe80::1%eth0 224.0.0.1 ff02::1
    240.0.0.1 255.255.255.255 100.100.100.200 168.63.129.16 fd00:ec2::254 2002:7f00:1::
    2002:808:808:: 2001:0:7f00:1:: ::7f00:1 ::ffff:169.254.169.254 ::ffff:0.0.0.0
    64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 fec0::1 192.88.99.1 3fff::1 ::5efe:7f00:1"""


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        (text, reach)
        for reach, all in ((Reach.PUBLIC, PUBLIC), (Reach.PRIVATE, PRIVATE), (Reach.NEVER, NEVER))
        for text in all.split()
    ],
)
def test_whose_an_address_is(text: str, reach: Reach) -> None:
    assert reach_of(ip_address(text)) is reach


def test_one_bad_address_is_enough() -> None:
    assert [str(each) for each in check(["8.8.8.8", "1.1.1.1"], False)] == ["8.8.8.8", "1.1.1.1"]
    for others in (["10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"]):
        with pytest.raises(Forbidden):
            check(["8.8.8.8", *others], False)
    with pytest.raises(Forbidden):
        check([], False)


def test_private_ones_may_be_allowed_but_not_those_of_a_machine_about_itself() -> None:
    assert len(check(["10.0.0.1", "127.0.0.1", "fc00::1"], True)) == 3
    with pytest.raises(Forbidden):
        check(["169.254.169.254"], True)


@pytest.mark.parametrize(
    ("url", "authority", "at"),
    [
        ("https://a.example/x?y=1", "a.example", "https://192.0.2.7:443/x?y=1"),
        ("http://a.example", "a.example", "http://192.0.2.7:80/"),
        ("HTTPS://A.example:8443/", "a.example:8443", "https://192.0.2.7:8443/"),
        ("http://[2606:4700::1111]:81/", "[2606:4700::1111]:81", "http://192.0.2.7:81/"),
    ],
)
def test_a_url_is_asked_at_an_address_under_its_own_name(url: str, authority: str, at: str) -> None:
    taken = target(url)
    assert taken.authority == authority
    assert taken.at(ip_address("192.0.2.7")) == at


def test_an_address_of_ipv6_gets_its_brackets() -> None:
    assert target("http://a.example/").at(ip_address("2606:4700::1")) == "http://[2606:4700::1]:80/"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/",
        "file:///etc/passwd",
        "gopher://a.example/",
        "//a.example/",
        "a.example",
        "",
        "http://",
        "http:///path",
        "http://user@a.example/",
        "http://user:word@a.example/",
        "http://:word@a.example/",
        "http://a.example/#part",
        "http://a.example:0/",
        "http://a.example:99999/",
        "http://a.example:port/",
        "http://[::1",
        "http://[fe80::1%25eth0]/",
        "http://a.example/ b",
        "http://a.example/\r\nx: y",
        "http://a.example\\@b.example/",
        "http://日本.example/",
        "http://a.example/" + "x" * 2000,
    ],
)
def test_what_is_no_url_of_ours(url: str) -> None:
    with pytest.raises(Forbidden):
        target(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/",
        "http://sub.localhost:81/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
def test_what_is_plainly_inside_is_refused_at_once(url: str) -> None:
    with pytest.raises(Forbidden):
        chosen(url, False)


def test_what_is_allowed_is_taken() -> None:
    assert chosen("http://localhost:9/", True).port == 9
    assert chosen("http://10.0.0.1/", True).host == "10.0.0.1"
    assert chosen("https://hooks.example/x", False).host == "hooks.example"
