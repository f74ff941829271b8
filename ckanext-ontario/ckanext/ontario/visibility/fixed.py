"""Options that these plugins decide, whatever the ini file says.

Each would open the portal or send something out of it. Setting them here, at start-up, leaves no
ini file that is a little less closed than the others.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from ckan.common import CKANConfig, config_declaration

from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.shared.startup import PortalRefused

log = logging.getLogger(__name__)

BOTH: Mapping[str, Any] = {
    "ckan.auth.anon_create_dataset": False,
    "ckan.auth.create_unowned_dataset": False,
    "ckan.auth.create_dataset_if_not_in_organization": False,
    "ckan.auth.create_user_via_api": False,
    "ckan.auth.create_user_via_web": False,
    "ckan.auth.user_create_groups": False,
    "ckan.auth.user_create_organizations": False,
    "ckan.auth.user_delete_groups": False,
    "ckan.auth.user_delete_organizations": False,
    "ckan.auth.public_user_details": False,
    "ckan.auth.allow_admin_collaborators": False,
    "ckan.datastore.sqlsearch.enabled": False,
    "ckan.auth.allow_collaborators_to_change_owner_org": False,
    "ckan.auth.reveal_private_datasets": False,
    "ckan.csrf_protection.ignore_extensions": False,
    "ckan.gravatar_default": "disabled",
}
"""On both portals: no self-service accounts or organizations, CSRF for every plugin's forms, no
pictures from elsewhere (their addresses are hashes of e-mail addresses)."""

INTERNAL: Mapping[str, Any] = {
    "ckan.auth.allow_dataset_collaborators": True,
    "ckan.search.default_include_private": True,
    "ckan.cors.origin_allow_all": False,
    "ckan.cors.origin_whitelist": [],
    "ckan.activity_streams_email_notifications": False,
}
"""On the internal portal: grants are collaborators, mails hold no internal text, no other site's
scripts read answers."""


def apply(config: CKANConfig, portal: Portal) -> None:
    """Set the fixed options, saying so where the ini file had another value.

    Raises:
        PortalRefused: when the internal portal would serve CKAN's debugger outside its gate.
    """
    if portal is Portal.INTERNAL and config.get("debug"):
        raise PortalRefused(
            "the internal portal does not start with debug = true: "
            "the debugger answers everyone who can reach it"
        )
    fixed = {**BOTH, **(INTERNAL if portal is Portal.INTERNAL else {})}
    for option, value in fixed.items():
        declared = config_declaration.get(option)
        default = declared.normalize(declared.default) if declared else None
        if config.get(option) not in (value, default):
            log.warning("%s is fixed to %r on the %s portal", option, value, portal.value)
        config[option] = value
