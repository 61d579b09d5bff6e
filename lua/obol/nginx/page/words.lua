--- What the pages say, in English and Chinese.

local M = {}

M.known = { en = true, zh = true }

M.en = {
  lang = "en", other = "zh", other_name = "中文", other_lang = "zh-CN", order = "Order",
  choose = "How would you like to pay?", pay = "Pay", back = "Back to the shop", cancel = "Back without paying",
  none = "This order cannot be paid here. Please ask the shop.",
  go = "Go on to pay", going = "You are being taken to the payment page.",
  go_hint = "Pay there, then come back: this page shows when the payment has arrived.",
  scan = "Scan the code to pay", scan_wechat_qr = "Scan the code with WeChat", scan_qq_qr = "Scan the code with QQ",
  scan_alipay_qr = "Scan the code with Alipay", code_name = "QR code of the payment",
  scan_hint = "Confirm the amount on your phone. This page shows when the payment has arrived.",
  jsapi = "Pay with WeChat", jsapi_hint = "Confirm the payment in WeChat.",
  jsapi_script = "Paying inside WeChat needs JavaScript. Please switch it on, or open this page in another browser.",
  waiting = "Waiting for the payment …", working = "Your payment is under way",
  working_hint = "This can take a moment. You do not have to pay again.",
  paid = "Paid", paid_hint = "Thank you. The payment has arrived.",
  failed = "The payment did not go through", failed_hint = "Nothing was charged for it. You can try again.",
  canceled = "The payment was canceled", canceled_hint = "Nothing was charged. You can pay in another way.",
  expired = "This payment was closed", expired_hint = "Nothing was charged for it. You can try again.",
  over = "This link has expired", over_hint = "Go back to the shop and start again. Nothing was charged.",
  absent = "There is no such page", absent_hint = "The link is wrong or no longer valid.",
  returned = "You came back without paying. You can still pay.",
  check = "Check again", check_hint = "The page looks by itself every few seconds.",
  problem_form = "The form was too old, or your browser takes no cookies. Please try again.",
  problem_method = "This way to pay does not work for this order. Please choose another one.",
  problem_busy = "That was too fast. Please wait a moment and try again.",
  problem_later = "The payment could not be started. Nothing was charged. Please try again.",
  methods = { checkout = "Card or other ways, on a secure page", wechat_qr = "WeChat Pay, by scanning a code",
    wechat_jsapi = "WeChat Pay", wechat_h5 = "WeChat Pay", alipay_page = "Alipay", alipay_h5 = "Alipay",
    qq_qr = "QQ Wallet, by scanning a code", game = "Recharge page of the game" },
}

M.zh = {
  lang = "zh-CN", other = "en", other_name = "English", other_lang = "en", order = "订单",
  choose = "请选择支付方式", pay = "支付", back = "返回商家", cancel = "不支付，返回商家",
  none = "此订单无法在此支付，请联系商家。",
  go = "前往支付", going = "正在前往支付页面。",
  go_hint = "请在该页面完成支付后返回，到账后本页会显示结果。",
  scan = "请扫码支付", scan_wechat_qr = "请用微信扫一扫支付", scan_qq_qr = "请用 QQ 扫一扫支付",
  scan_alipay_qr = "请用支付宝扫一扫支付", code_name = "支付二维码",
  scan_hint = "请在手机上确认金额，到账后本页会显示结果。",
  jsapi = "微信支付", jsapi_hint = "请在微信中确认支付。",
  jsapi_script = "在微信内支付需要启用 JavaScript。请启用后重试，或在其他浏览器中打开本页。",
  waiting = "等待支付……", working = "支付处理中",
  working_hint = "可能需要一点时间，请勿重复支付。",
  paid = "支付成功", paid_hint = "款项已收到，谢谢。",
  failed = "支付未成功", failed_hint = "本次未扣款，您可以重试。",
  canceled = "支付已取消", canceled_hint = "未扣款，您可以选择其他支付方式。",
  expired = "本次支付已关闭", expired_hint = "本次未扣款，您可以重新支付。",
  over = "链接已过期", over_hint = "请返回商家重新下单。未扣款。",
  absent = "页面不存在", absent_hint = "链接有误或已失效。",
  returned = "您尚未支付，可以继续支付。",
  check = "刷新结果", check_hint = "本页每隔几秒自动查询。",
  problem_form = "页面已过期，或浏览器未启用 Cookie，请重试。",
  problem_method = "此订单不支持该支付方式，请选择其他方式。",
  problem_busy = "操作过于频繁，请稍候重试。",
  problem_later = "未能发起支付，未扣款，请重试。",
  methods = { checkout = "银行卡等（安全支付页面）", wechat_qr = "微信扫码支付", wechat_jsapi = "微信支付",
    wechat_h5 = "微信支付", alipay_page = "支付宝", alipay_h5 = "支付宝", qq_qr = "QQ 钱包扫码支付",
    game = "游戏充值页面" },
}

return M
