"""Names of the register's closed lists, said once more so that the English catalogue holds them (a test compares)."""

from __future__ import annotations

from django.utils.translation import gettext_noop

TERMS = (
    # kinds of organisation
    gettext_noop("社会团体"),
    gettext_noop("民办非企业单位"),
    gettext_noop("基金会"),
    gettext_noop("分支（代表）机构"),
    # registration status
    gettext_noop("正常"),
    gettext_noop("限期停止活动"),
    gettext_noop("清算中"),
    gettext_noop("注销"),
    gettext_noop("撤销"),
    gettext_noop("吊销"),
    # kinds of filing
    gettext_noop("成立登记"),
    gettext_noop("变更登记"),
    gettext_noop("更正"),
    gettext_noop("注销登记"),
    gettext_noop("行政决定"),
    gettext_noop("资格与标识"),
    gettext_noop("负责人备案"),
    gettext_noop("数据导入"),
    # dated attributes
    gettext_noop("慈善组织"),
    gettext_noop("公开募捐资格"),
    gettext_noop("公益性捐赠税前扣除资格"),
    gettext_noop("非营利组织免税资格"),
    gettext_noop("志愿服务组织"),
    gettext_noop("社会工作服务机构"),
    gettext_noop("脱钩行业协会商会"),
    gettext_noop("评估等级"),
    # posts
    gettext_noop("法定代表人"),
    gettext_noop("理事长（会长）"),
    gettext_noop("副理事长（副会长）"),
    gettext_noop("秘书长"),
    gettext_noop("理事"),
    gettext_noop("监事"),
    # states of a certificate
    gettext_noop("有效"),
    gettext_noop("已换发"),
    gettext_noop("已废止"),
)
