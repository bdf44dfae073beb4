"""Messages: told once, in the hall and by the chosen ways, whatever happens to jobs, servers and processes."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from shetong.accounts import jobs
from shetong.accounts.models import AuditEvent, Channel, Delivery, DeliveryState, Message, MessageChannel, Topic, User
from shetong.accounts.services import deliveries, message_channels, messages
from shetong.accounts.services.channels import wechat
from shetong.core import pii
from shetong.core.errors import ConflictError, InvalidInputError, NotFoundError, WrongStateError
from tests.accounts.conftest import MakePerson
from tests.accounts.receivers import Asked, Gateway, Mailbox, gateway, mail_server

SECRET = "shared secret of the gateway"
OPEN_ID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ1"


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    with mail_server() as box:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", box.port, False
        yield box


@pytest.fixture
def sms(settings: Any) -> Iterator[Gateway]:
    with gateway(lambda asked: (200, {"accepted": True})) as there:
        settings.SMS_GATEWAY_URL, settings.SMS_GATEWAY_ID = f"{there.url}/send", "shetong"
        settings.SMS_GATEWAY_SECRET, settings.MESSAGE_SECONDS = SECRET, 1
        yield there


@pytest.fixture
def weixin(settings: Any) -> Iterator[Gateway]:
    def answer(asked: Asked) -> tuple[int, object]:
        if asked.path == "/cgi-bin/stable_token":
            return 200, {"access_token": "token/1", "expires_in": 7200}
        return 200, {"errcode": 0, "errmsg": "ok"}

    wechat._tokens.clear()
    with gateway(answer) as there:
        settings.WECHAT_API_URL, settings.WECHAT_APP_ID = there.url, "wx0"
        settings.WECHAT_APP_SECRET, settings.WECHAT_TEMPLATE_ID = "app secret", "template-1"
        yield there


def chosen(user: User, channel: Channel, address: str, muted: tuple[str, ...] = ()) -> MessageChannel:
    """Give a person a confirmed channel."""
    return MessageChannel.objects.create(
        user=user,
        channel=channel,
        address=pii.seal(address, context=message_channels.ADDRESS),
        address_masked="*",
        confirmed_at=timezone.now(),
        muted=list(muted),
    )


def told(user: User, key: str = "case:1", **more: Any) -> int | None:
    """Send a message about a case."""
    given_ = {"topic": Topic.CASE, "title": "申请已经受理", "text": "您的申请已经受理。", "url": "/hall/cases/1/"}
    return messages.send(to=user, key=key, **{**given_, **more})


def waiting_jobs() -> list[dict[str, Any]]:
    """Return the arguments of the deliveries that wait in the queue."""
    queued = ProcrastinateJob.objects.filter(task_name=messages.DELIVER_TASK, status="todo")
    return list(queued.order_by("id").values_list("args", flat=True))


def run_due() -> list[str]:
    """Try every delivery, as if its time had come; return the states in order."""
    Delivery.objects.filter(ended_at__isnull=True, state=DeliveryState.WAITING).update(next_at=timezone.now())
    return [
        deliveries.deliver(delivery_id=number)
        for number in Delivery.objects.order_by("pk").values_list("pk", flat=True)
    ]


class TestTelling:
    def test_a_key_tells_a_person_once(self, person: MakePerson) -> None:
        li, wang = person("li"), person("wang")
        assert told(li) is not None
        assert told(li, title="another title") is None
        assert messages.send_all(to=[li, wang, wang], topic=Topic.CASE, key="case:1", title="申请已经受理") == 1
        assert Message.objects.count() == 2

    def test_what_is_not_committed_was_not_said(self, person: MakePerson) -> None:
        li = person("li")
        chosen(li, Channel.EMAIL, "li@example.com")

        def fails() -> None:
            with transaction.atomic():
                told(li)
                raise RuntimeError

        with pytest.raises(RuntimeError):
            fails()
        assert not Message.objects.exists()
        assert waiting_jobs() == []

    def test_deliveries_and_jobs_come_with_the_message(
        self, person: MakePerson, mailbox: Mailbox, sms: Gateway
    ) -> None:
        li = person("li")
        chosen(li, Channel.EMAIL, "li@example.com")
        chosen(li, Channel.SMS, "13800001234", muted=("case",))
        chosen(li, Channel.WECHAT, OPEN_ID)  # which this installation does not have
        told(li)
        (delivery,) = Delivery.objects.all()
        assert delivery.channel == Channel.EMAIL
        assert waiting_jobs() == [{"delivery_id": delivery.pk}]

    def test_an_address_that_nobody_confirmed_gets_nothing(self, person: MakePerson, mailbox: Mailbox) -> None:
        li = person("li")
        way = chosen(li, Channel.EMAIL, "li@example.com")
        MessageChannel.objects.update(confirmed_at=None)
        told(li)
        assert not Delivery.objects.exists()
        assert way.address

    def test_titles_are_cut_and_addresses_stay_on_this_site(self, person: MakePerson) -> None:
        from django.db import IntegrityError

        li = person("li")
        told(li, title="长" * 300, text="长" * 3_000)
        assert len(Message.objects.get().title) == 120
        for outside in ("https://example.com/", "//example.com/", "/\\example.com"):
            with pytest.raises(IntegrityError), transaction.atomic():
                told(li, key=outside, url=outside)

    def test_telling_costs_two_statements(self, person: MakePerson, django_assert_num_queries: Any) -> None:
        li = person("li")
        with django_assert_num_queries(4):  # and a savepoint of the test's own transaction
            told(li)

    def test_reading_is_recorded_once_and_only_ones_own(self, person: MakePerson) -> None:
        li, wang = person("li"), person("wang")
        number = told(li)
        assert number is not None
        with pytest.raises(NotFoundError):
            messages.read(user=wang, message_id=number)
        first = messages.read(user=li, message_id=number).read_at
        assert messages.read(user=li, message_id=number).read_at == first
        told(li, key="case:2")
        assert messages.read_all(user=li) == 1
        assert messages.read_all(user=li) == 0


class TestEmail:
    @pytest.fixture(autouse=True)
    def _li(self, person: MakePerson) -> None:
        self.li = person("li")
        chosen(self.li, Channel.EMAIL, "li@example.com")

    def test_it_arrives_once_with_a_stable_id(self, mailbox: Mailbox, settings: Any) -> None:
        settings.PUBLIC_URL = "https://shetong.example"
        told(self.li)
        assert run_due() == ["sent"]
        assert run_due() == ["sent"]
        (mail,) = mailbox.mails
        assert mail["To"] == "li@example.com"
        assert mail["Subject"] == "申请已经受理"
        assert mail["Message-ID"].endswith("@shetong.example>")
        assert "https://shetong.example/hall/cases/1/" in mail.get_content()

    def test_a_title_cannot_add_headers(self, mailbox: Mailbox) -> None:
        told(self.li, title="申请\r\nBcc: other@example.com")
        assert run_due() == ["sent"]
        assert mailbox.mails[0]["Bcc"] is None

    def test_a_server_that_is_away_is_tried_again_later_and_at_last_given_up(self, settings: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MESSAGE_ATTEMPTS = "127.0.0.1", 1, 3
        told(self.li)
        assert run_due() == ["waiting"]
        delivery = Delivery.objects.get()
        assert delivery.fault == "unreachable"
        assert delivery.next_at is not None
        assert delivery.next_at > timezone.now()
        assert len(waiting_jobs()) == 2
        assert deliveries.deliver(delivery_id=delivery.pk) == "waiting"  # not before its time
        assert Delivery.objects.get().attempts == 1
        assert [run_due(), run_due()] == [["waiting"], ["failed"]]
        assert run_due() == ["failed"]

    @pytest.mark.parametrize(
        ("recipient", "message", "state", "fault"),
        [
            ("550 no such mailbox", "250 OK", "failed", "smtp-550"),
            ("451 try later", "250 OK", "waiting", "smtp-451"),
            ("250 OK", "554 spam", "failed", "smtp-554"),
            ("250 OK", "451 greylisted", "waiting", "smtp-451"),
            ("250 OK", "hang up", "uncertain", "disconnected"),
        ],
    )
    def test_each_refusal_for_what_it_is(
        self, mailbox: Mailbox, recipient: str, message: str, state: str, fault: str
    ) -> None:
        mailbox.to_recipient, mailbox.to_message = recipient, message
        told(self.li)
        assert run_due() == [state]
        assert Delivery.objects.get().fault == fault

    def test_a_mail_under_way_when_the_process_died_is_not_sent_again(self, mailbox: Mailbox) -> None:
        told(self.li)
        Delivery.objects.update(state=DeliveryState.SENDING, attempts=1, next_at=timezone.now() - timedelta(seconds=1))
        assert run_due() == ["uncertain"]
        assert mailbox.mails == []

    def test_an_address_taken_back_meanwhile_gets_nothing(self, mailbox: Mailbox) -> None:
        told(self.li)
        message_channels.remove(user=self.li, channel="email")
        assert run_due() == ["skipped"]
        assert mailbox.mails == []

    def test_nothing_personal_is_logged_or_kept_in_the_clear(
        self, mailbox: Mailbox, capfd: pytest.CaptureFixture[str]
    ) -> None:
        mailbox.to_recipient = "550 <li@example.com> unknown"
        told(self.li)
        jobs.deliver_message(delivery_id=Delivery.objects.get().pk)
        rows = str(list(MessageChannel.objects.values())) + str(list(Delivery.objects.values())) + str(waiting_jobs())
        written = capfd.readouterr()
        assert "li@example.com" not in rows + written.out + written.err

    def test_lost_jobs_are_taken_up(self, mailbox: Mailbox) -> None:
        told(self.li)
        assert deliveries.take_up(before=timezone.now() - timedelta(minutes=5)) == 0
        Delivery.objects.update(next_at=timezone.now() - timedelta(minutes=6))
        assert jobs.take_up_deliveries(0) == 1
        assert jobs.take_up_deliveries(0) == 0  # it waits already


class TestShortMessages:
    @pytest.fixture(autouse=True)
    def _li(self, person: MakePerson) -> None:
        self.li = person("li")
        chosen(self.li, Channel.SMS, "13800001234")

    def test_the_request_is_signed_and_names_the_message(self, sms: Gateway, settings: Any) -> None:
        told(self.li)
        assert run_due() == ["sent"]
        (asked,) = sms.asked
        signed = f"{asked.headers['x-timestamp']}\n{asked.headers['x-nonce']}\n".encode() + asked.body
        assert asked.headers["x-signature"] == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert asked.headers["x-sender"] == "shetong"
        assert asked.json()["to"] == "13800001234"
        assert asked.json()["text"] == f"您的申请已经受理。 {settings.PUBLIC_URL}/hall/cases/1/"

    @pytest.mark.parametrize(
        ("answer", "state", "fault"),
        [
            ((200, {"accepted": False, "code": "black listed!"}), "failed", "sms-blacklisted"),
            ((200, {"accepted": False, "code": "busy", "again": True}), "waiting", "sms-busy"),
            ((429, {}), "waiting", "http-429"),
            ((503, {}), "waiting", "http-503"),
            ((403, {}), "failed", "http-403"),
            ((302, {}), "failed", "http-302"),
            ((200, "<html>"), "waiting", "not-understood"),
            ((200, [1]), "waiting", "not-understood"),
            ((200, "[" * 70_000), "waiting", "not-understood"),
            (None, "waiting", "no-answer"),
        ],
    )
    def test_each_answer_for_what_it_is(self, sms: Gateway, answer: Any, state: str, fault: str) -> None:
        sms.answer = lambda asked: answer
        told(self.li)
        assert run_due() == [state]
        assert Delivery.objects.get().fault == fault

    def test_a_slow_gateway_is_asked_again_with_the_same_name(self, sms: Gateway) -> None:
        done = threading.Event()

        def slow(_asked: Asked) -> tuple[int, object]:
            done.wait(5)
            return 200, {"accepted": True}

        sms.answer = slow
        told(self.li)
        assert run_due() == ["waiting"]
        done.set()
        assert run_due() == ["sent"]
        first, second = (asked.json()["id"] for asked in sms.asked)
        assert first == second
        assert len({asked.headers["x-nonce"] for asked in sms.asked}) == 2

    def test_one_under_way_when_the_process_died_is_repeated(self, sms: Gateway) -> None:
        told(self.li)
        Delivery.objects.update(state=DeliveryState.SENDING, attempts=1, next_at=timezone.now() + timedelta(minutes=9))
        assert run_due() == ["sending"]  # perhaps another process is at it
        Delivery.objects.update(next_at=timezone.now() - timedelta(seconds=1))
        assert run_due() == ["sent"]


class TestWeChat:
    @pytest.fixture(autouse=True)
    def _li(self, person: MakePerson) -> None:
        self.li = person("li")
        chosen(self.li, Channel.WECHAT, OPEN_ID)

    def test_a_template_message_with_one_token_for_many(self, weixin: Gateway) -> None:
        told(self.li)
        told(self.li, key="case:2")
        assert run_due() == ["sent", "sent"]
        assert [asked.path.split("?")[0] for asked in weixin.asked] == [
            "/cgi-bin/stable_token",
            "/cgi-bin/message/template/send",
            "/cgi-bin/message/template/send",
        ]
        sent = weixin.asked[1]
        assert sent.path.endswith("?access_token=token/1")
        assert sent.json()["touser"] == OPEN_ID
        assert sent.json()["data"]["thing1"]["value"] == "申请已经受理"
        assert sent.json()["client_msg_id"] != weixin.asked[2].json()["client_msg_id"]

    def test_a_stale_token_is_renewed_once(self, weixin: Gateway) -> None:
        usual = weixin.answer
        stale = iter([(200, {"errcode": 42001})])
        weixin.answer = lambda asked: next(stale, usual(asked)) if "template" in asked.path else usual(asked)
        told(self.li)
        assert run_due() == ["sent"]
        assert weixin.asked[2].json()["force_refresh"] is True

    @pytest.mark.parametrize(
        ("code", "state"),
        [(43004, "failed"), (40003, "failed"), (45009, "waiting"), (-1, "waiting"), (40001, "waiting")],
    )
    def test_each_error_for_what_it_is(self, weixin: Gateway, code: int, state: str) -> None:
        usual = weixin.answer
        weixin.answer = lambda asked: (200, {"errcode": code}) if "template" in asked.path else usual(asked)
        told(self.li)
        assert run_due() == [state]
        assert Delivery.objects.get().fault == f"wechat-{code}"

    def test_without_a_token_it_waits(self, weixin: Gateway) -> None:
        weixin.answer = lambda asked: (200, {"errcode": 40125, "errmsg": "invalid appsecret"})
        told(self.li)
        assert run_due() == ["waiting"]
        assert Delivery.objects.get().fault == "wechat-token-40125"


class TestChannels:
    def code_of(self, user: User) -> str:
        way = MessageChannel.objects.get(user=user)
        return pii.open_sealed(bytes(way.code), context=message_channels.CODE)

    def test_an_address_is_used_once_its_code_came_back(self, person: MakePerson, mailbox: Mailbox) -> None:
        li = person("li")
        way = message_channels.set_address(user=li, channel="email", address=" li@example.com ")
        assert way.address_masked == "l***@example.com"
        jobs.send_channel_code(channel_id=way.pk)
        code = self.code_of(li)
        assert code in mailbox.mails[0].get_content()
        assert "li@example.com" not in str(AuditEvent.objects.filter(target=f"user:{li.pk}").values())
        full_width = code.translate({0x30 + digit: 0xFF10 + digit for digit in range(10)})  # of a Chinese input method
        assert message_channels.confirm(user=li, channel="email", code=f" {full_width} ").confirmed_at is not None
        message_channels.confirm(user=li, channel="email", code="whatever")  # is done already
        jobs.send_channel_code(channel_id=way.pk)
        assert len(mailbox.mails) == 1

    def test_five_wrong_tries_are_enough(self, person: MakePerson, mailbox: Mailbox) -> None:
        li = person("li")
        message_channels.set_address(user=li, channel="email", address="li@example.com")
        code = self.code_of(li)
        wrong = f"{(int(code) + 1) % 1_000_000:06}"
        for _ in range(5):
            with pytest.raises(InvalidInputError):
                message_channels.confirm(user=li, channel="email", code=wrong)
        with pytest.raises(WrongStateError):
            message_channels.confirm(user=li, channel="email", code=code)

    def test_codes_lapse_and_are_not_sent_in_a_row(self, person: MakePerson, mailbox: Mailbox) -> None:
        li = person("li")
        message_channels.set_address(user=li, channel="email", address="li@example.com")
        with pytest.raises(ConflictError):
            message_channels.set_address(user=li, channel="email", address="other@example.com")
        MessageChannel.objects.update(code_sent_at=timezone.now() - timedelta(minutes=31))
        with pytest.raises(WrongStateError):
            message_channels.confirm(user=li, channel="email", code=self.code_of(li))

    @pytest.mark.parametrize(
        ("channel", "address"),
        [
            ("email", "not an address"),
            ("email", "a@b\r\nBcc: c@d.e"),
            ("sms", "12345"),
            ("wechat", "short"),
            ("fax", "1"),
        ],
    )
    def test_what_is_no_address_is_refused(
        self, person: MakePerson, mailbox: Mailbox, sms: Gateway, weixin: Gateway, channel: str, address: str
    ) -> None:
        with pytest.raises(InvalidInputError):
            message_channels.set_address(user=person("li"), channel=channel, address=address)

    def test_a_channel_that_is_not_set_up_is_not_offered(self, person: MakePerson) -> None:
        with pytest.raises(InvalidInputError):
            message_channels.set_address(user=person("li"), channel="sms", address="13800001234")


@given(st.integers(1, 40))
def test_pauses_grow_up_to_a_day(attempts: int) -> None:
    pause = deliveries.pause_after(attempts)
    assert timedelta(minutes=1) <= pause <= deliveries.pause_after(attempts + 1) <= timedelta(days=1)


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_one_delivery_send_it_once(person: MakePerson, sms: Gateway) -> None:
    li = person("li")
    chosen(li, Channel.SMS, "13800001234")
    told(li)
    number = Delivery.objects.get().pk
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        deliveries.deliver(delivery_id=number)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sms.asked) == 1
    assert Delivery.objects.get().state == DeliveryState.SENT


class TestPages:
    def test_the_header_counts_what_is_new(self, person: MakePerson, browser_of: Callable[[User], Client]) -> None:
        li = person("li")
        browser = browser_of(li)
        assert "st-count" not in browser.get("/").content.decode()
        number = told(li)
        assert "条未读" in browser.get("/").content.decode()
        answer = browser.get(reverse("accounts:message", args=[number]))
        assert answer.url == "/hall/cases/1/"
        assert "st-count" not in browser.get(reverse("accounts:messages")).content.decode()

    def test_others_messages_are_not_found(self, person: MakePerson, browser_of: Callable[[User], Client]) -> None:
        number = told(person("li"))
        assert browser_of(person("wang")).get(reverse("accounts:message", args=[number])).status_code == 404

    def test_the_inbox_is_paged_and_read_at_once(
        self, person: MakePerson, browser_of: Callable[[User], Client]
    ) -> None:
        li = person("li")
        for number in range(35):
            told(li, key=f"case:{number}", title=f"消息{number}")
        browser = browser_of(li)
        first = browser.get(reverse("accounts:messages"))
        assert "消息34" in first.content.decode()
        before = first.context["page"].next_before
        assert "消息0" in browser.get(reverse("accounts:messages"), {"before": before}).content.decode()
        assert browser.post(reverse("accounts:messages-read")).status_code == 302
        assert "没有未读消息" in browser.get(reverse("accounts:messages"), {"show": "unread"}).content.decode()

    def test_a_channel_is_set_up_on_the_page(
        self, person: MakePerson, browser_of: Callable[[User], Client], mailbox: Mailbox
    ) -> None:
        li = person("li")
        browser = browser_of(li)
        page = reverse("accounts:message-settings")
        act = lambda deed: reverse("accounts:message-channel", args=["email", deed])  # noqa: E731
        wrong = browser.post(act("set"), {"email-address": "nobody"})
        assert wrong.status_code == 422
        assert "写法不对" in wrong.content.decode()
        browser.post(act("set"), {"email-address": "li@example.com"})
        assert "l***@example.com" in browser.get(page).content.decode()
        assert browser.post(act("confirm"), {"email-code": "x"}).status_code == 422
        code = pii.open_sealed(bytes(MessageChannel.objects.get().code), context=message_channels.CODE)
        browser.post(act("confirm"), {"email-code": code})
        assert "已启用" in browser.get(page).content.decode()
        browser.post(act("choose"), {"topic": ["case"]})
        assert "case" not in MessageChannel.objects.get().muted
        assert "deadline" in MessageChannel.objects.get().muted
        browser.post(act("remove"))
        assert not MessageChannel.objects.exists()
        assert browser.post(act("remove")).status_code == 404
        assert browser.post(act("nothing")).status_code == 404
