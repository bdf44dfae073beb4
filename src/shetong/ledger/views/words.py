"""What pages about the logs say, for the server and for the browser."""

from __future__ import annotations

from django.utils.translation import gettext as _


def log_title(name: str) -> str:
    """What people call a log."""
    titles = {"registry": _("登记事项日志"), "certificates": _("登记证书日志"), "charity": _("慈善捐赠日志")}
    return titles.get(name, name)


def words() -> dict[str, str]:
    """The browser's sentences by name; ``{…}`` stand for values."""
    return {
        "checking": _("正在您的浏览器中核验……"),
        "good": _("核验通过"),
        "good_text": _("这条记录确实在{log}里，排在第 {number} 条，一个字也没有改过。"),
        "bad": _("核验不通过，请不要采信"),
        "malformed": _("这不是一份完整的回执。请重新扫描，或者重新下载回执文件。"),
        "unknown_log": _("这份回执出自 {origin}，不是本站的日志，本页无法核验。"),
        "bad_signature": _("检查点上的签名不对：这份回执不是本日志签发的，或者被改动过。"),
        "bad_proof": _("按回执一步步算出的结果与签名的根不符：记录或者证明被改动过。"),
        "unreachable": _("暂时取不到日志的公钥，请检查网络后重试。"),
        "signature": _("签名"),
        "signature_good": _("检查点由日志的密钥签名，签名正确。"),
        "path": _("路径"),
        "path_good": _("由这条记录一步步算到根，{steps} 步，结果与签名的根完全一致。"),
        "witnesses": _("见证"),
        "witnessed": _("{names} 也在同一检查点上签名，见证日志只增不改。"),
        "unwitnessed": _("这个检查点还没有独立见证方的签名。"),
        "growth": _("增长"),
        "first_visit": _("这是您第一次在这台设备上核验这个日志。现在的状态已经记在您的浏览器里，下次会与之比对。"),
        "same": _("与您 {date} 上次核验时相同，没有增加。"),
        "grown": _("您 {date} 上次核验时有 {old} 条，现在有 {new} 条；已经证明原有的 {old} 条一条未改、一条未少。"),
        "rewritten": _(
            "警告：日志现在的内容与您 {date} 核验时的不一致。原有记录可能被改动或者删除，请保留本页并向主管机关反映。"
        ),
        "shrunk": _("警告：日志现在的内容比您 {date} 核验时的少。请保留本页并向主管机关反映。"),
        "new_key": _("警告：日志换了签名密钥，而且没有公布您上次见过的密钥。请向主管机关核实。"),
        "record": _("日志记载的内容"),
        "type": _("记录类型"),
        "people": _("涉及的人"),
        "people_text": _("{count} 处，只留有加盐的承诺，本人凭启封凭据可以证明，他人无法得知。"),
        "number": _("业务编号"),
        "none": _("无"),
        "yes": _("是"),
        "no": _("否"),
        "picture": _("从这条记录到签名的路径"),
        "picture_text": _(
            "图的最下面是这条记录。每往上一步，都把它和旁边一组记录的“指纹”合在一起，算出一个新的指纹；"
            "最上面的指纹代表全部 {size} 条记录，由日志签名。任何一条记录改动一个字，最上面的指纹就会不同。"
        ),
        "picture_label": _("示意图：这条记录经过 {steps} 步与其余 {others} 条记录合成一个指纹，并由日志签名。"),
        "leaf": _("这条记录"),
        "sibling": _("旁边 {count} 条"),
        "root": _("全部 {size} 条"),
        "signed": _("已签名"),
        "steps": _("逐步查看算式"),
        "step_left": _("第 {step} 步：左边是另外 {count} 条记录的指纹 {hash}，合成 {result}"),
        "step_right": _("第 {step} 步：右边是另外 {count} 条记录的指纹 {hash}，合成 {result}"),
        "step_leaf": _("这条记录的指纹是 {hash}"),
        "step_root": _("最后的指纹与签名的根相同：{hash}"),
    }
