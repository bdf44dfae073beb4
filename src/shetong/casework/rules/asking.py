"""Other words for what people ask of authorities: each line means the same, its first word is the official one."""

from __future__ import annotations

SAME = (
    ("社会团体", "社团", "协会", "商会", "学会", "研究会", "联合会", "促进会", "联谊会", "行会", "同乡会", "校友会"),
    ("民办非企业单位", "民非", "社会服务机构", "服务中心", "养老院", "敬老院", "幼儿园", "托儿所", "学校", "医院",
     "社工机构", "福利院"),
    ("基金会", "慈善基金", "公益基金"),
    ("成立", "设立", "创办", "开办", "注册", "建立", "登记一个", "办一个", "办个", "开一个", "开个", "新办", "申请办"),
    ("变更", "改", "换", "更改", "修改", "调整", "增加", "减少", "搬"),
    ("注销", "解散", "关闭", "关门", "停办", "终止", "不办了", "撤掉", "散伙"),
    ("名称", "名字", "改名", "更名", "叫法"),
    ("住所", "地址", "搬家", "办公地点", "办公室", "迁址"),
    ("法定代表人", "法人", "负责人", "会长", "理事长"),
    ("章程", "规章"),
    ("证书", "登记证", "执照", "牌照", "证"),
    ("补发", "补办", "丢了", "遗失", "不见了", "弄丢", "损坏", "坏了"),
    ("分支机构", "分会", "专业委员会", "办事处", "代表处"),
    ("审计", "查账"),
)  # fmt: skip


def official(question: str) -> str:
    """Return the official words for what a question says otherwise, one after the other, each once."""
    found = [line[0] for line in SAME if line[0] not in question and any(word in question for word in line[1:])]
    return "".join(found)
