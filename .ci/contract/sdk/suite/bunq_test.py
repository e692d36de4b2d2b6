"""The base class of the tests in bunq's source package, which the package itself lacks: a new sandbox user for each
class, with a second account and money on both. The names are those that the tests use. The main account is the user's
first one, whatever the order of the list."""

import os
import unittest

from bunq.sdk.context.api_context import ApiContext
from bunq.sdk.context.bunq_context import BunqContext
from bunq.sdk.model.generated.endpoint import MonetaryAccountBankApiObject, RequestInquiryApiObject
from bunq.sdk.model.generated.object_ import AmountObject, PointerObject
from bunq.sdk.util import util


class BunqSdkTestCase(unittest.TestCase):
    _FIRST_INDEX = 0
    _POINTER_EMAIL = "EMAIL"
    _EMAIL_BRAVO = "bravo@bunq.com"
    _PATH_ATTACHMENT = "tests/assets/"
    _ATTACHMENT_PATH_IN = "vader.png"
    _READ_BYTES = "rb"
    _CONTENT_TYPE = "image/png"
    _ATTACHMENT_DESCRIPTION = "A picture"

    _second_monetary_account = None

    @classmethod
    def setUpClass(cls):
        BunqContext.load_api_context(cls._get_api_context())

    def setUp(self):
        second = MonetaryAccountBankApiObject.create("EUR", "second account").value
        self._second_monetary_account = MonetaryAccountBankApiObject.get(second).value
        daddy = PointerObject("EMAIL", "sugardaddy@bunq.com")
        for account in (None, second):
            RequestInquiryApiObject.create(AmountObject("500.00", "EUR"), daddy, "for tests", False, account)

    @classmethod
    def _get_api_context(cls) -> ApiContext:
        return util.automatic_sandbox_install()

    def _get_pointer_bravo(self) -> PointerObject:
        return PointerObject(self._POINTER_EMAIL, self._EMAIL_BRAVO)

    def _get_alias_second_account(self) -> PointerObject:
        return self._second_monetary_account.alias[self._FIRST_INDEX]

    @property
    def alias_first(self) -> PointerObject:
        user = BunqContext.user_context()
        return (user.user_person or user.user_company).alias[self._FIRST_INDEX]

    @staticmethod
    def _get_directory_test_root() -> str:
        return os.path.dirname(os.path.abspath(__file__))
