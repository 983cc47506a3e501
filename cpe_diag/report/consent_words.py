"""What a customer reads when they are asked for their consent, in words that are theirs."""

from __future__ import annotations

from typing import Final

WHAT: Final = {
    "router.reboot": "restart your router",
    "router.factory_reset": "reset your router and set your connection up again",
    "router.restore_backup": "put back earlier settings of your router",
    "wifi.set_enabled": "switch your Wi-Fi on or off",
    "wifi.set_ssid": "change the name of your Wi-Fi",
    "wifi.set_password": "change the password of your Wi-Fi",
    "wifi.set_channel": "change the channel of your Wi-Fi",
    "firmware.install": "install firmware on your router",
    "human.reset": "reset your router with your help",
}
"""What is done, by action; the operator's configuration may say it otherwise (`consent.what`)."""

CODE_TEXT: Final = (
    "You are asked to agree that we {what}. If you agree, read this code to the member of our "
    "staff you are speaking with: {code}. It is valid for {minutes} minutes. If you are not "
    "speaking with us, tell it to nobody."
)

LINK_TEXT: Final = (
    "You are asked to agree that we {what}. To see what exactly and to agree, open {link} within "
    "{minutes} minutes. If you did not ask for this, do nothing."
)

CHOOSE_TEXT: Final = (
    "To choose the new password of your Wi-Fi yourself, open {link} within {minutes} minutes. "
    "Nobody of our staff sees it. If you did not ask for this, do nothing."
)

HAND_OVER_TEXT: Final = (
    "The new password of your Wi-Fi {networks}: {password} Nobody of our staff has seen it; do "
    "not tell it to anybody who says that they are calling from us."
)
