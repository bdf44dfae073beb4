// Pages of accounts and the office: wide tables that scroll by themselves on a phone.
import "./styles/office.scss";
