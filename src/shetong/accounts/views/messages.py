"""Messages in the service hall, and the ways by which they come beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.contrib import messages as flash
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shetong.accounts.forms import AddressForm, CodeForm
from shetong.accounts.models import Channel, MessageChannel, Topic, User
from shetong.accounts.queries import messages as queries
from shetong.accounts.services import channels, message_channels, messages
from shetong.accounts.views.own import current_user, event_id
from shetong.core.errors import DomainError


@never_cache
@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """Show one's messages, newest first, all or the unread ones."""
    only_unread = request.GET.get("show") == "unread"
    user = current_user(request)
    page = queries.inbox(user, before=event_id(request.GET.get("before", "")), unread=only_unread)
    context = {"page": page, "only_unread": only_unread, "unread": queries.unread(user)}
    return render(request, "accounts/messages.html", context)


@never_cache
@require_safe
@login_required
def open_message(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark a message as read and go where it leads."""
    try:
        message = messages.read(user=current_user(request), message_id=pk)
    except DomainError:
        raise Http404 from None
    return redirect(message.url or "accounts:messages")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all of one's messages as read."""
    messages.read_all(user=current_user(request))
    return redirect("accounts:messages")


@dataclass(frozen=True, slots=True)
class _Way:
    """A channel as the page shows it. ``topics``: code, name, whether it comes this way."""

    channel: Channel
    held: MessageChannel | None
    address: forms.Form
    code: forms.Form
    topics: tuple[tuple[str, str, bool], ...]


@never_cache
@require_safe
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show by which ways messages come."""
    return _settings(request)


def _settings(request: HttpRequest, *, wrong: dict[str, forms.Form] | None = None, status: int = 200) -> HttpResponse:
    held = queries.channels(current_user(request))
    shown = dict.fromkeys((*channels.offered(), *map(Channel, held)))
    ways = [_way(channel, held.get(channel), wrong or {}) for channel in shown]
    failed = list((wrong or {}).values())
    return render(request, "accounts/message_settings.html", {"ways": ways, "failed": failed}, status=status)


def _way(channel: Channel, held: MessageChannel | None, wrong: dict[str, forms.Form]) -> _Way:
    muted = held.muted if held else []
    return _Way(
        channel=channel,
        held=held,
        address=wrong.get(f"{channel}-set") or AddressForm(channel, prefix=channel.value),
        code=wrong.get(f"{channel}-confirm") or CodeForm(prefix=channel.value),
        topics=tuple((topic.value, str(topic.label), topic.value not in muted) for topic in Topic),
    )


@require_POST
@login_required
def channel_act(request: HttpRequest, channel: str, deed: str) -> HttpResponse:
    """Set, confirm, choose the topics of, or remove one way."""
    if channel not in Channel.values or deed not in _DEEDS:
        raise Http404
    form: forms.Form = CodeForm(request.POST, prefix=channel)
    if deed == "set":
        form = AddressForm(Channel(channel), request.POST, prefix=channel)
    form.is_valid()
    try:
        said = _DEEDS[deed](request, current_user(request), channel, form)
    except DomainError as error:
        field = next(iter(error.fields), None)
        form.add_error(field if field in form.fields else None, error.message)
        return _settings(request, wrong={f"{channel}-{deed}": form}, status=error.status)
    flash.success(request, said)
    return redirect("accounts:message-settings")


def _set(_request: HttpRequest, user: User, channel: str, form: forms.Form) -> str:
    message_channels.set_address(user=user, channel=channel, address=form.cleaned_data.get("address", ""))
    return _("验证码已经发出，收到后填在下面。")


def _confirm(_request: HttpRequest, user: User, channel: str, form: forms.Form) -> str:
    message_channels.confirm(user=user, channel=channel, code=form.cleaned_data.get("code", ""))
    return _("已经启用，以后的消息也会发到这里。")


def _choose(request: HttpRequest, user: User, channel: str, _form: forms.Form) -> str:
    message_channels.choose(user=user, channel=channel, topics=request.POST.getlist("topic"))
    return _("消息类别已经保存。")


def _remove(_request: HttpRequest, user: User, channel: str, _form: forms.Form) -> str:
    message_channels.remove(user=user, channel=channel)
    return _("已经停用，地址已删除。")


_DEEDS: dict[str, Callable[[HttpRequest, User, str, forms.Form], str]] = {
    "set": _set,
    "confirm": _confirm,
    "choose": _choose,
    "remove": _remove,
}
